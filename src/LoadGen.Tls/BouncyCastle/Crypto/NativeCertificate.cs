using LoadGen.Tls.BouncyCastle.Crypto.Keys;
using Org.BouncyCastle.Asn1.X509;
using Org.BouncyCastle.Tls.Crypto;
using Org.BouncyCastle.Tls.Crypto.Impl.BC;

namespace LoadGen.Tls.BouncyCastle.Crypto;

/// <summary>A certificate whose key verifies signatures natively, and by BouncyCastle's own code where it cannot.</summary>
internal sealed class NativeCertificate : ParsedCertificate
{
    private readonly NativeKey? _key;
    private readonly bool _maySign;

    public NativeCertificate(BcTlsCrypto crypto, byte[] encoding)
        : base(crypto, encoding)
    {
        _key = NativeKey.Of(SubjectPublicKeyInfo);
        _maySign = SupportsKeyUsage(KeyUsage.DigitalSignature);
    }

    public override Tls13Verifier CreateVerifier(int signatureScheme)
        => _maySign && _key?.Verifies(signatureScheme) == true
            ? new NativeVerifier13(_key, signatureScheme)
            : base.CreateVerifier(signatureScheme);

    // BouncyCastle refuses what the certificate does not allow; what it would verify, the native key does if it can.
    public override TlsVerifier CreateVerifier(short signatureAlgorithm)
        => _maySign && _key is EcdsaKey or RsaKey
            ? new NativeVerifier12(_key, base.CreateVerifier(signatureAlgorithm))
            : base.CreateVerifier(signatureAlgorithm);

    public override TlsEncryptor CreateEncryptor(int tlsCertificateRole)
        => tlsCertificateRole == TlsCertificateRole.RsaEncryption && _key is RsaKey rsa && SupportsKeyUsage(KeyUsage.KeyEncipherment)
            ? new NativeRsaEncryptor(rsa)
            : base.CreateEncryptor(tlsCertificateRole);
}
