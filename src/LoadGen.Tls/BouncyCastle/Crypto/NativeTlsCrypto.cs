using System.Security.Cryptography;
using LoadGen.Tls.Crypto;
using Org.BouncyCastle.Security;
using Org.BouncyCastle.Tls;
using Org.BouncyCastle.Tls.Crypto;
using Org.BouncyCastle.Tls.Crypto.Impl;
using Org.BouncyCastle.Tls.Crypto.Impl.BC;

namespace LoadGen.Tls.BouncyCastle.Crypto;

/// <summary>
/// BouncyCastle's TLS on the platform's cryptography: OpenSSL, CNG or Apple's by .NET, and libsodium for X25519. What neither
/// has stays BouncyCastle's own. One instance for one connection slot.
/// </summary>
internal sealed class NativeTlsCrypto : BcTlsCrypto
{
    private readonly List<IDisposable> _afterwards = [];
    private readonly TranscriptBuffers _transcripts = new();
    private readonly KeyShares _keyShares;
    private readonly CertificateStore _certificates;
    private readonly SlotChecks _checks;
    private readonly Func<TlsAgreement> _x25519;
    private readonly Func<TlsAgreement> _p256;
    private readonly Func<TlsAgreement> _p384;
    private readonly Func<TlsAgreement> _p521;
    private readonly Func<TlsAgreement> _mlKem768;

    public NativeTlsCrypto(CertificateStore certificates, SlotChecks checks)
        : base(new SecureRandom(NativeRandom.Instance))
    {
        _certificates = certificates;
        _checks = checks;
        _keyShares = new KeyShares(checks);
        _x25519 = () => new X25519Agreement(this);
        _p256 = () => new EcdhAgreement(this, NistCurve.P256);
        _p384 = () => new EcdhAgreement(this, NistCurve.P384);
        _p521 = () => new EcdhAgreement(this, NistCurve.P521);
        _mlKem768 = () => new MLKem768Agreement(this);
    }

    /// <summary>Frees native objects when the handshake is over, rather than by the garbage collector.</summary>
    public void DisposeAfterwards(IDisposable native) => _afterwards.Add(native);

    /// <summary>The handshake is over.</summary>
    public void EndHandshake()
    {
        foreach (var native in _afterwards)
        {
            native.Dispose();
        }

        _afterwards.Clear();
        _transcripts.ReturnAll();
        _keyShares.EndHandshake();
    }

    /// <summary>Makes the key shares of the next handshake, while nothing waits for them.</summary>
    public void MakeKeySharesAhead() => _keyShares.MakeAhead();

    public override TlsCertificate CreateCertificate(short type, byte[] encoding)
        => type == CertificateType.X509 ? _certificates.Get(encoding, _checks.ChecksSignature) : base.CreateCertificate(type, encoding);

    public override TlsHash CreateHash(int cryptoHashAlgorithm)
        => Hashing.Supports(cryptoHashAlgorithm) ? new NativeHash(cryptoHashAlgorithm, _transcripts) : base.CreateHash(cryptoHashAlgorithm);

    public override TlsHmac CreateHmacForHash(int cryptoHashAlgorithm)
        => Hashing.Supports(cryptoHashAlgorithm) ? new NativeHmac(cryptoHashAlgorithm) : base.CreateHmacForHash(cryptoHashAlgorithm);

    public override TlsSecret CreateSecret(byte[] data) => new NativeSecret(this, [.. data]);

    public override TlsSecret CreateHybridSecret(TlsSecret s1, TlsSecret s2) => new NativeSecret(this, [.. s1.Extract(), .. s2.Extract()]);

    public override TlsSecret HkdfInit(int cryptoHashAlgorithm)
        => Hashing.Supports(cryptoHashAlgorithm) ? new NativeSecret(this, new byte[Hashing.Size(cryptoHashAlgorithm)]) : base.HkdfInit(cryptoHashAlgorithm);

    public override TlsSecret GenerateRsaPreMasterSecret(ProtocolVersion version)
    {
        // RFC 5246 section 7.4.7.1: the version that ClientHello offered, then random bytes.
        var secret = RandomNumberGenerator.GetBytes(48);
        TlsUtilities.WriteVersion(version, secret, 0);
        return new NativeSecret(this, secret);
    }

    public override TlsNonceGenerator CreateNonceGenerator(byte[] additionalSeedMaterial) => NativeRandom.Instance;

    public override TlsNonceGenerator CreateNonceGenerator(ReadOnlySpan<byte> additionalSeedMaterial) => NativeRandom.Instance;

    public override TlsECDomain CreateECDomain(TlsECConfig ecConfig) => ecConfig.NamedGroup switch
    {
        NamedGroup.x25519 when Sodium.IsAvailable => (TlsECDomain)_keyShares.Take(NamedGroup.x25519, _x25519),
        NamedGroup.secp256r1 => (TlsECDomain)_keyShares.Take(NamedGroup.secp256r1, _p256),
        NamedGroup.secp384r1 => (TlsECDomain)_keyShares.Take(NamedGroup.secp384r1, _p384),
        NamedGroup.secp521r1 => (TlsECDomain)_keyShares.Take(NamedGroup.secp521r1, _p521),
        _ => base.CreateECDomain(ecConfig),
    };

    public override TlsKemDomain CreateKemDomain(TlsKemConfig kemConfig)
        => kemConfig is { NamedGroup: NamedGroup.MLKEM768, IsServer: false } && Sodium.IsAvailable
            ? (TlsKemDomain)_keyShares.Take(NamedGroup.MLKEM768, _mlKem768)
            : base.CreateKemDomain(kemConfig);

    protected override TlsAeadCipher CreateCipher_Aes_Gcm(TlsCryptoParameters cryptoParams, int cipherKeySize, int macSize)
        => AesGcm.IsSupported
            ? Aead(cryptoParams, new NativeAesGcm(true), new NativeAesGcm(false), cipherKeySize, macSize, TlsAeadCipher.AEAD_GCM)
            : base.CreateCipher_Aes_Gcm(cryptoParams, cipherKeySize, macSize);

    protected override TlsCipher CreateChaCha20Poly1305(TlsCryptoParameters cryptoParams)
        => ChaCha20Poly1305.IsSupported
            ? Aead(cryptoParams, new NativeChaCha20Poly1305(true), new NativeChaCha20Poly1305(false), 32, 16, TlsAeadCipher.AEAD_CHACHA20_POLY1305)
            : base.CreateChaCha20Poly1305(cryptoParams);

    private TlsAeadCipher Aead(TlsCryptoParameters parameters, NativeAead encrypting, NativeAead decrypting, int keyBytes, int tagBytes, int type)
    {
        DisposeAfterwards(encrypting);
        DisposeAfterwards(decrypting);
        return new TlsAeadCipher(parameters, encrypting, decrypting, keyBytes, tagBytes, type);
    }
}
