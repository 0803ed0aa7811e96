using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;
using LoadGen.Tls.Crypto;

namespace LoadGen.Tls.Certificates;

/// <summary>
/// What is too weak to be believed: keys and signatures below 112 bits of security (NIST SP 800-57 part 1 table 2), the security level 2
/// that OpenSSL has by default. .NET accepts them.
/// </summary>
internal static class KeyStrength
{
    private const int LeastRsaBits = 2048;
    private const int LeastCurveBits = 224;

    // MD2, MD4, MD5 and SHA-1 with RSA, SHA-1 with RSA as OIW names it, SHA-1 with DSA and with ECDSA.
    private static readonly string[] BrokenSignatures =
    [
        "1.2.840.113549.1.1.2", "1.2.840.113549.1.1.3", "1.2.840.113549.1.1.4", "1.2.840.113549.1.1.5", "1.3.14.3.2.29",
        "1.2.840.10040.4.3", "1.2.840.10045.4.1",
    ];

    /// <summary>What is too weak in a chain; <see langword="null"/> if nothing is. The signature of a root does not count: it is believed without.</summary>
    /// <param name="chain">The certificates, the leaf first, the trusted one last.</param>
    public static string? FindWeakness(IReadOnlyList<X509Certificate2> chain)
        => chain.Select(WeaknessOfKey).FirstOrDefault(weakness => weakness is not null)
            ?? chain.SkipLast(1).Select(WeaknessOfSignature).FirstOrDefault(weakness => weakness is not null);

    /// <summary>The bits of an RSA modulus; <see langword="null"/> for other keys.</summary>
    public static int? RsaBitsOf(X509Certificate2 certificate)
    {
        if (certificate.PublicKey.Oid.Value is not (KeyAlgorithms.Rsa or KeyAlgorithms.RsaPss))
        {
            return null;
        }

        // RSAPublicKey (RFC 8017 appendix A.1.1).
        var key = new AsnReader(certificate.PublicKey.EncodedKeyValue.RawData, AsnEncodingRules.DER).ReadSequence();
        return (int)key.ReadInteger().GetBitLength();
    }

    private static string? WeaknessOfKey(X509Certificate2 certificate)
    {
        if (RsaBitsOf(certificate) is < LeastRsaBits and var bits)
        {
            return $"{certificate.Subject} has an RSA key of {bits} bits; clients require {LeastRsaBits}";
        }

        using var ecdsa = certificate.GetECDsaPublicKey();
        return ecdsa?.KeySize < LeastCurveBits ? $"{certificate.Subject} has an ECDSA key of {ecdsa.KeySize} bits; clients require {LeastCurveBits}" : null;
    }

    private static string? WeaknessOfSignature(X509Certificate2 certificate)
        => BrokenSignatures.Contains(certificate.SignatureAlgorithm.Value)
            ? $"{certificate.Subject} is signed with {certificate.SignatureAlgorithm.FriendlyName ?? certificate.SignatureAlgorithm.Value}, which clients reject"
            : null;
}
