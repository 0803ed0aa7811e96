using System.Security.Cryptography;
using LoadGen.Tls.BouncyCastle;
using LoadGen.Tls.Crypto;
using LoadGen.Tls.Offers;
using LoadGen.Tls.Tests.BouncyCastle;
using Org.BouncyCastle.Asn1.X509;
using Org.BouncyCastle.Asn1.X9;
using Org.BouncyCastle.Crypto;
using Org.BouncyCastle.Crypto.Engines;
using Org.BouncyCastle.Crypto.Generators;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Crypto.Signers;
using Org.BouncyCastle.Security;
using Org.BouncyCastle.Tls;

namespace LoadGen.Tls.Tests.Crypto;

/// <summary>Keys, and signatures made by BouncyCastle's own code.</summary>
internal static class Signing
{
    private static readonly Lazy<RSA> DotNetRsa = new(() => RSA.Create(2048));
    private static readonly Lazy<AsymmetricCipherKeyPair> RsaPair = new(() => DotNetUtilities.GetRsaKeyPair(DotNetRsa.Value));

    /// <summary>Every scheme that the platform verifies.</summary>
    public static int[] Schemes { get; } =
    [
        SignatureScheme.ecdsa_secp256r1_sha256, SignatureScheme.ecdsa_secp384r1_sha384, SignatureScheme.ecdsa_secp521r1_sha512, SignatureScheme.ed25519,
        .. RsaSchemes,
    ];

    public static int[] RsaSchemes =>
    [
        SignatureScheme.rsa_pss_rsae_sha256, SignatureScheme.rsa_pss_rsae_sha384, SignatureScheme.rsa_pss_rsae_sha512,
        SignatureScheme.rsa_pkcs1_sha256, SignatureScheme.rsa_pkcs1_sha384, SignatureScheme.rsa_pkcs1_sha512,
    ];

    /// <summary>The key of <see cref="Rsa"/>, one a process since such keys take long to find.</summary>
    public static RSA PlatformRsa => DotNetRsa.Value;

    public static AsymmetricCipherKeyPair Rsa => RsaPair.Value;

    public static AsymmetricCipherKeyPair Ecdsa(string curve)
    {
        var generator = new ECKeyPairGenerator();
        generator.Init(new ECKeyGenerationParameters(ECNamedCurveTable.GetOid(curve), new SecureRandom()));
        return generator.GenerateKeyPair();
    }

    public static AsymmetricCipherKeyPair Ed25519()
    {
        var generator = new Ed25519KeyPairGenerator();
        generator.Init(new Ed25519KeyGenerationParameters(new SecureRandom()));
        return generator.GenerateKeyPair();
    }

    /// <summary>A key for the scheme.</summary>
    public static AsymmetricCipherKeyPair KeyFor(int scheme) => scheme switch
    {
        SignatureScheme.ecdsa_secp256r1_sha256 => Ecdsa("secp256r1"),
        SignatureScheme.ecdsa_secp384r1_sha384 => Ecdsa("secp384r1"),
        SignatureScheme.ecdsa_secp521r1_sha512 => Ecdsa("secp521r1"),
        SignatureScheme.ed25519 => Ed25519(),
        _ => Rsa,
    };

    /// <summary>The key as the platform verifies with it.</summary>
    public static VerifyingKey? VerifyingKeyOf(SubjectPublicKeyInfo info) => VerifyingKey.Of(info.GetDerEncoded());

    public static bool Verifies(this VerifyingKey key, int scheme) => key.Verifies((TlsSignatureScheme)scheme);

    public static bool VerifiesHashBy(this VerifyingKey key, int scheme) => key.VerifiesHashBy((TlsSignatureScheme)scheme);

    public static bool Verify(this VerifyingKey key, int scheme, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
        => key.Verify((TlsSignatureScheme)scheme, message, signature);

    public static byte[] Sign(int scheme, AsymmetricKeyParameter privateKey, ReadOnlySpan<byte> message)
    {
        var signer = SignerFor(scheme);
        signer.Init(true, privateKey);
        signer.BlockUpdate(message);
        return signer.GenerateSignature();
    }

    private static ISigner SignerFor(int scheme)
    {
        if (scheme == SignatureScheme.ed25519)
        {
            return new Ed25519Signer();
        }

        var digest = Cryptos.Managed.CreateDigest(SignatureScheme.GetCryptoHashAlgorithm(scheme));
        return scheme switch
        {
            SignatureScheme.rsa_pss_rsae_sha256 or SignatureScheme.rsa_pss_rsae_sha384 or SignatureScheme.rsa_pss_rsae_sha512
                => new PssSigner(new RsaBlindedEngine(), digest, digest.GetDigestSize()),
            _ when SignatureScheme.GetSignatureAlgorithm(scheme) == SignatureAlgorithm.rsa => new RsaDigestSigner(digest),
            _ => new DsaDigestSigner(new ECDsaSigner(), digest),
        };
    }
}
