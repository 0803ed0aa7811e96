namespace LoadGen.Core.Handshakes;

/// <summary>What the result says of the certificate a target showed; of long texts the first <see cref="BoundedText.Longest"/> characters.</summary>
/// <param name="Subject">The distinguished name of the subject.</param>
/// <param name="Issuer">The distinguished name of the issuer.</param>
/// <param name="NotAfter">The end of validity.</param>
/// <param name="KeyType">The kind and size of the key, such as <c>RSA-2048</c> or <c>ECDSA-P256</c>.</param>
public sealed record CertificateSummary(string Subject, string Issuer, DateTimeOffset NotAfter, string KeyType)
{
    public string Subject { get; } = BoundedText.Of(Subject);

    public string Issuer { get; } = BoundedText.Of(Issuer);

    public string KeyType { get; } = BoundedText.Of(KeyType);
}
