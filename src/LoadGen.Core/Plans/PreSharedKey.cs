namespace LoadGen.Core.Plans;

/// <summary>A key that was agreed on outside TLS (RFC 8446 section 4.2.11, RFC 4279), for SHA-256 suites.</summary>
/// <param name="Identity">The name the server knows it by.</param>
/// <param name="KeyHex">The key in hexadecimal digits.</param>
public sealed record PreSharedKey(string Identity, string KeyHex)
{
    /// <summary>Without the key, which must not get into a log.</summary>
    public override string ToString() => $"the pre-shared key of {Identity}";
}
