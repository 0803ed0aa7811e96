namespace LoadGen.Tls.Probing;

/// <summary>One certificate of a server's chain.</summary>
/// <param name="Subject">Its distinguished name.</param>
/// <param name="Issuer">Its issuer's.</param>
/// <param name="KeyType">The kind and size of its key, such as <c>ECDSA-P256</c>.</param>
/// <param name="SignatureAlgorithm">What it is signed with, such as <c>sha256RSA</c>.</param>
/// <param name="NotBefore">The begin of its validity.</param>
/// <param name="NotAfter">The end of its validity.</param>
/// <param name="DaysLeft">Whole days to its end; negative once it is over.</param>
public sealed record ProbedCertificate(
    string Subject, string Issuer, string KeyType, string SignatureAlgorithm, DateTimeOffset NotBefore, DateTimeOffset NotAfter, int DaysLeft)
{
    /// <summary>The names it is for; empty for an authority.</summary>
    public IReadOnlyList<string> Names { get; init; } = [];
}
