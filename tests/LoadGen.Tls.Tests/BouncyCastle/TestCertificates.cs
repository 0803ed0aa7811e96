using LoadGen.Tls.BouncyCastle;
using LoadGen.Tls.Crypto;
using LoadGen.Tls.Tests.Crypto;
using Org.BouncyCastle.Asn1.X509;
using Org.BouncyCastle.Crypto;
using Org.BouncyCastle.Crypto.Operators;
using Org.BouncyCastle.Math;
using Org.BouncyCastle.X509;

namespace LoadGen.Tls.Tests.BouncyCastle;

/// <summary>Certificates of any key, as each side parses them. Their issuer does not matter here.</summary>
internal static class TestCertificates
{
    private static readonly AsymmetricCipherKeyPair Issuer = Signing.Ecdsa("secp256r1");

    /// <summary>A certificate of the key.</summary>
    /// <param name="publicKey">The key.</param>
    /// <param name="keyUsage">What the key may be used for; none for anything.</param>
    public static byte[] Of(AsymmetricKeyParameter publicKey, int? keyUsage = null)
    {
        var generator = new X509V3CertificateGenerator();
        generator.SetSerialNumber(BigInteger.One);
        generator.SetIssuerDN(new X509Name("CN=issuer"));
        generator.SetSubjectDN(new X509Name("CN=localhost"));
        generator.SetNotBefore(DateTime.UtcNow.AddDays(-1));
        generator.SetNotAfter(DateTime.UtcNow.AddDays(1));
        generator.SetPublicKey(publicKey);
        if (keyUsage is { } usage)
        {
            generator.AddExtension(X509Extensions.KeyUsage, true, new KeyUsage(usage));
        }

        return generator.Generate(new Asn1SignatureFactory("SHA256WITHECDSA", Issuer.Private)).GetEncoded();
    }

    public static NativeCertificate Native(byte[] encoding) => new(Cryptos.Managed, encoding);

    public static ParsedCertificate Managed(byte[] encoding) => new(Cryptos.Managed, encoding);

    /// <summary>The verdict of BouncyCastle's own code, which refuses an RSA signature that is empty or not less than the modulus by an exception.</summary>
    public static bool IsAcceptedByManaged(Func<bool> verify)
    {
        try
        {
            return verify();
        }
        catch (DataLengthException)
        {
            return false;
        }
    }
}
