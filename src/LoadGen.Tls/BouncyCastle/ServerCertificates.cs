using LoadGen.Tls.Certificates;
using LoadGen.Tls.Crypto;
using LoadGen.Tls.Offers;
using Org.BouncyCastle.Asn1.Pkcs;
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
    private readonly Lock _lock = new();
    private volatile AsymmetricKeyParameter? _key;

    public override byte[] GetEncoded() => _encoding;

    /// <summary>
    /// Makes the key ready for use. BouncyCastle's test of a large RSA modulus for being composite takes seconds: once, and not in a thread
    /// that others wait for.
    /// </summary>
    /// <param name="mostRsaBits">A larger key is not made ready, since it is refused.</param>
    public virtual void PrepareKey(int mostRsaBits)
    {
        if (!(RsaBits > mostRsaBits))
        {
            GetPublicKey();
        }
    }

    public override Tls13Verifier CreateVerifier(int signatureScheme)
        => !IsForHandshakes(signatureScheme) ? throw new TlsFatalAlert(AlertDescription.illegal_parameter)
            : GetPublicKey() is RsaKeyParameters ? new ExactLengthVerifier13(base.CreateVerifier(signatureScheme), SignatureBytes)
            : base.CreateVerifier(signatureScheme);

    public override TlsVerifier CreateVerifier(short signatureAlgorithm)
        => GetPublicKey() is RsaKeyParameters ? new ExactLengthVerifier12(base.CreateVerifier(signatureAlgorithm), SignatureBytes) : base.CreateVerifier(signatureAlgorithm);

    protected override AsymmetricKeyParameter GetPublicKey()
    {
        lock (_lock)
        {
            return _key ??= base.GetPublicKey();
        }
    }

    // Of the modulus of an RSA key of either kind; null for other keys.
    private int? RsaBits
        => SubjectPublicKeyInfo.Algorithm.Algorithm is var algorithm && (algorithm.Equals(PkcsObjectIdentifiers.RsaEncryption) || algorithm.Equals(PkcsObjectIdentifiers.IdRsassaPss))
            ? RsaPublicKeyStructure.GetInstance(SubjectPublicKeyInfo.ParsePublicKey()).Modulus.BitLength
            : null;

    private int SignatureBytes => (((RsaKeyParameters)GetPublicKey()).Modulus.BitLength + 7) / 8;

    // In TLS 1.3 an ECDSA scheme determines the curve (RFC 8446 section 4.2.3), and PKCS #1 v1.5 and SHA-1 sign certificates only
    // (section 4.4.3). BouncyCastle accepts all of them.
    private bool IsForHandshakes(int signatureScheme) => SignatureScheme.GetNamedGroup(signatureScheme) switch
    {
        >= 0 and var group => GetPublicKey() is ECPublicKeyParameters key && ECNamedCurveTable.GetOid(NamedGroup.GetCurveName(group)).Equals(key.PublicKeyParamSet),
        _ => SignatureScheme.GetSignatureAlgorithm(signatureScheme) is not (SignatureAlgorithm.rsa or SignatureAlgorithm.ecdsa),
    };
}

/// <summary>
/// Refuses an RSA signature that is not as long as the modulus (RFC 8017 sections 8.1.2 and 8.2.2), which BouncyCastle takes for a number
/// with a zero in front.
/// </summary>
internal sealed class ExactLengthVerifier13(Tls13Verifier inner, int bytes) : Tls13Verifier
{
    public Stream Stream => inner.Stream;

    public bool VerifySignature(byte[] signature) => signature.Length == bytes && inner.VerifySignature(signature);
}

/// <summary>The same for TLS 1.2.</summary>
internal sealed class ExactLengthVerifier12(TlsVerifier inner, int bytes) : TlsVerifier
{
    public TlsStreamVerifier? GetStreamVerifier(DigitallySigned digitallySigned)
        => digitallySigned.Signature.Length == bytes ? inner.GetStreamVerifier(digitallySigned) : null;

    public bool VerifyRawSignature(DigitallySigned digitallySigned, byte[] hash)
        => digitallySigned.Signature.Length == bytes && inner.VerifyRawSignature(digitallySigned, hash);
}

/// <summary>A certificate that accepts any handshake signature: for the handshakes of lean checks whose signature is not verified.</summary>
internal sealed class UncheckedCertificate(BcTlsCrypto crypto, byte[] encoding) : ParsedCertificate(crypto, encoding)
{
    public override void PrepareKey(int mostRsaBits)
    {
    }

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

    // What the platform verifies needs no key of BouncyCastle's.
    public override void PrepareKey(int mostRsaBits)
    {
        if (_key is null)
        {
            base.PrepareKey(mostRsaBits);
        }
    }

    public override Tls13Verifier CreateVerifier(int signatureScheme)
        => _maySign && _key?.Verifies((TlsSignatureScheme)signatureScheme) == true
            ? new NativeVerifier13(_key, signatureScheme)
            : base.CreateVerifier(signatureScheme);

    // BouncyCastle refuses what the certificate does not allow, and verifies what the native key cannot.
    public override TlsVerifier CreateVerifier(short signatureAlgorithm)
        => _maySign && _key is EcdsaVerifyingKey or RsaVerifyingKey
            ? new NativeVerifier12(_key, () => base.CreateVerifier(signatureAlgorithm))
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
/// <param name="key">The platform's key.</param>
/// <param name="managed">Makes BouncyCastle's verifier, for which it makes its key; only where it is needed.</param>
internal sealed class NativeVerifier12(VerifyingKey key, Func<TlsVerifier> managed) : TlsVerifier
{
    public TlsStreamVerifier? GetStreamVerifier(DigitallySigned digitallySigned)
        => IsNative(digitallySigned) ? null : managed().GetStreamVerifier(digitallySigned);

    public bool VerifyRawSignature(DigitallySigned digitallySigned, byte[] hash)
        => IsNative(digitallySigned)
            ? key.VerifyHash(SchemeOf(digitallySigned.Algorithm), hash, digitallySigned.Signature)
            : managed().VerifyRawSignature(digitallySigned, hash);

    private bool IsNative(DigitallySigned signed) => signed.Algorithm is { } algorithm && key.VerifiesHashBy(SchemeOf(algorithm));

    private static TlsSignatureScheme SchemeOf(SignatureAndHashAlgorithm algorithm) => (TlsSignatureScheme)SignatureScheme.From(algorithm);
}

/// <summary>Encrypts the premaster secret of a static RSA key exchange (RFC 5246 section 7.4.7.1).</summary>
internal sealed class NativeRsaEncryptor(RsaVerifyingKey key) : TlsEncryptor
{
    public byte[] Encrypt(byte[] input, int inOff, int length) => key.Encrypt(input.AsSpan(inOff, length));
}
