namespace LoadGen.Core.Handshakes;

/// <summary>The protocol versions a handshake can end with; the values are those of the wire (RFC 8446 section 4.1.2).</summary>
public enum TlsVersion
{
    /// <summary>TLS 1.0, RFC 2246.</summary>
    Tls10 = 0x0301,

    /// <summary>TLS 1.1, RFC 4346.</summary>
    Tls11 = 0x0302,

    /// <summary>TLS 1.2, RFC 5246.</summary>
    Tls12 = 0x0303,

    /// <summary>TLS 1.3, RFC 8446.</summary>
    Tls13 = 0x0304,
}

/// <summary>The names of protocol versions in plans, results and metrics: <c>1.2</c>, <c>1.3</c>.</summary>
public static class TlsVersionNames
{
    /// <summary>The name of a version, such as <c>1.3</c>.</summary>
    public static string Name(this TlsVersion version) => version switch
    {
        TlsVersion.Tls10 => "1.0",
        TlsVersion.Tls11 => "1.1",
        TlsVersion.Tls12 => "1.2",
        TlsVersion.Tls13 => "1.3",
        _ => $"0x{(int)version:x4}",
    };

    /// <summary>Finds a version by its name.</summary>
    public static bool TryParse(string name, out TlsVersion version)
    {
        version = name switch
        {
            "1.0" => TlsVersion.Tls10,
            "1.1" => TlsVersion.Tls11,
            "1.2" => TlsVersion.Tls12,
            "1.3" => TlsVersion.Tls13,
            _ => default,
        };
        return version != default;
    }
}
