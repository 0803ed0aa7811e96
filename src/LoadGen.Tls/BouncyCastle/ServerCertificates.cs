using LoadGen.Tls.Certificates;
using LoadGen.Tls.Crypto;
using LoadGen.Tls.Offers;
using Org.BouncyCastle.Asn1.X509;
using Org.BouncyCastle.Asn1.X9;
using Org.BouncyCastle.Crypto;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Tls;
using Org.BouncyCastle.Tls.Crypto;
using Org.BouncyCastle.Tls.Crypto.Impl.BC;

namespace LoadGen.Tls.BouncyCastle;

/// <summary>
/// The servers' certificates as BouncyCastle uses them. Its own class parses a certificate again for every use of its key and
/// tests an RSA modulus for being composite each time, which costs more than a whole handshake. Safe for concurrent use.
/// </summary>
internal sealed class ServerCertificates
{
    private readonly CertificateStore<TlsCertificate> _checked;
    private readonly CertificateStore<TlsCertificate> _unchecked;

    /// <param name="native">Whether the platform's libraries verify signatures.</param>
    public ServerCertificates(bool native)
    {
        var crypto = new BcTlsCrypto();
        _checked = new(encoding => native ? new NativeCertificate(crypto, encoding) : new ParsedCertificate(crypto, encoding));
        _unchecked = new(encoding => new UncheckedCertificate(crypto, encoding));
    }

    /// <summary>The certificate of a DER encoding.</summary>
    /// <param name="encoding">The encoding.</param>
    /// <param name="checksSignature">Whether it verifies the handshake's signature or accepts any.</param>
    /// <exception cref="TlsFatalAlert">The bytes are no certificate.</exception>
    public TlsCertificate Get(ReadOnlySpan<byte> encoding, bool checksSignature) => (checksSignature ? _checked : _unchecked).Get(encoding);
}

/// <summary>A certificate that is parsed once and keeps its encoding and its key.</summary>
internal class ParsedCertificate(BcTlsCrypto crypto, byte[] encoding) : BcTlsCertificate(crypto, encoding)
{
    private readonly byte[] _encoding = encoding;
    private AsymmetricKeyParameter? _key;

    public override byte[] GetEncoded() => _encoding;

    public override Tls13Verifier CreateVerifier(int signatureScheme)
        => IsForHandshakes(signatureScheme) ? base.CreateVerifier(signatureScheme) : throw new TlsFatalAlert(AlertDescription.illegal_parameter);

    protected override AsymmetricKeyParameter GetPublicKey() => _key ??= base.GetPublicKey();

    // In TLS 1.3 an ECDSA scheme determines the curve (RFC 8446 section 4.2.3), and PKCS #1 v1.5 and SHA-1 sign certificates only
    // (section 4.4.3). BouncyCastle accepts all of them.
    private bool IsForHandshakes(int signatureScheme) => SignatureScheme.GetNamedGroup(signatureScheme) switch
    {
        >= 0 and var group => GetPublicKey() is ECPublicKeyParameters key && ECNamedCurveTable.GetOid(NamedGroup.GetCurveName(group)).Equals(key.PublicKeyParamSet),
        _ => SignatureScheme.GetSignatureAlgorithm(signatureScheme) is not (SignatureAlgorithm.rsa or SignatureAlgorithm.ecdsa),
    };
}

/// <summary>A certificate that accepts any handshake signature: for the handshakes of lean checks whose signature is not verified.</summary>
internal sealed class UncheckedCertificate(BcTlsCrypto crypto, byte[] encoding) : ParsedCertificate(crypto, encoding)
{
    public override Tls13Verifier CreateVerifier(int signatureScheme) => PassingVerifier.Instance;

    public override TlsVerifier CreateVerifier(short signatureAlgorithm) => PassingVerifier.Instance;

    private sealed class PassingVerifier : Tls13Verifier, TlsVerifier, TlsStreamVerifier
    {
        public static PassingVerifier Instance { get; } = new();

        public Stream Stream => Stream.Null;

        public bool VerifySignature(byte[] signature) => true;

        // The stream swallows the signed content, so that it is not even hashed.
        public TlsStreamVerifier GetStreamVerifier(DigitallySigned digitallySigned) => this;

        public bool VerifyRawSignature(DigitallySigned digitallySigned, byte[] hash) => true;

        public bool IsVerified() => true;
    }
}

/// <summary>A certificate whose key verifies signatures by the platform's libraries, or by BouncyCastle's code for keys that those do not have.</summary>
internal sealed class NativeCertificate : ParsedCertificate
{
    private readonly VerifyingKey? _key;
    private readonly bool _maySign;

    public NativeCertificate(BcTlsCrypto crypto, byte[] encoding)
        : base(crypto, encoding)
    {
        _key = VerifyingKey.Of(SubjectPublicKeyInfo.GetDerEncoded());
        _maySign = SupportsKeyUsage(KeyUsage.DigitalSignature);
    }

    public override Tls13Verifier CreateVerifier(int signatureScheme)
        => _maySign && _key?.Verifies((TlsSignatureScheme)signatureScheme) == true
            ? new NativeVerifier13(_key, signatureScheme)
            : base.CreateVerifier(signatureScheme);

    // BouncyCastle refuses what the certificate does not allow, and verifies what the native key cannot.
    public override TlsVerifier CreateVerifier(short signatureAlgorithm)
        => _maySign && _key is EcdsaVerifyingKey or RsaVerifyingKey
            ? new NativeVerifier12(_key, base.CreateVerifier(signatureAlgorithm))
            : base.CreateVerifier(signatureAlgorithm);

    public override TlsEncryptor CreateEncryptor(int tlsCertificateRole)
        => tlsCertificateRole == TlsCertificateRole.RsaEncryption && _key is RsaVerifyingKey rsa && SupportsKeyUsage(KeyUsage.KeyEncipherment)
            ? new NativeRsaEncryptor(rsa)
            : base.CreateEncryptor(tlsCertificateRole);
}

/// <summary>Verifies the signature of a TLS 1.3 CertificateVerify (RFC 8446 section 4.4.3).</summary>
internal sealed class NativeVerifier13(VerifyingKey key, int signatureScheme) : Tls13Verifier
{
    // 64 spaces, the context string with a zero, the hash of the transcript.
    private const int UsualBytes = 64 + 34 + 48;

    private readonly MemoryStream _message = new(UsualBytes);

    public Stream Stream => _message;

    public bool VerifySignature(byte[] signature)
    {
        // The caller has disposed the stream by now; its buffer stays readable.
        _message.TryGetBuffer(out var message);
        return key.Verify((TlsSignatureScheme)signatureScheme, message, signature);
    }
}

/// <summary>Verifies the signature of a TLS 1.2 ServerKeyExchange (RFC 5246 section 7.4.3); those of older versions by BouncyCastle's code.</summary>
internal sealed class NativeVerifier12(VerifyingKey key, TlsVerifier managed) : TlsVerifier
{
    public TlsStreamVerifier? GetStreamVerifier(DigitallySigned digitallySigned) => managed.GetStreamVerifier(digitallySigned);

    public bool VerifyRawSignature(DigitallySigned digitallySigned, byte[] hash)
        => digitallySigned.Algorithm is { } algorithm && (TlsSignatureScheme)SignatureScheme.From(algorithm) is var scheme && key.VerifiesHashBy(scheme)
            ? key.VerifyHash(scheme, hash, digitallySigned.Signature)
            : managed.VerifyRawSignature(digitallySigned, hash);
}

/// <summary>Encrypts the premaster secret of a static RSA key exchange (RFC 5246 section 7.4.7.1).</summary>
internal sealed class NativeRsaEncryptor(RsaVerifyingKey key) : TlsEncryptor
{
    public byte[] Encrypt(byte[] input, int inOff, int length) => key.Encrypt(input.AsSpan(inOff, length));
}
