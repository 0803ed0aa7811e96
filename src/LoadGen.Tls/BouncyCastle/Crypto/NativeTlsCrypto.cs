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
internal sealed class NativeTlsCrypto(CertificateStore certificates, SlotChecks checks) : BcTlsCrypto(new SecureRandom(NativeRandom.Instance))
{
    private readonly List<IDisposable> _afterwards = [];
    private readonly Dictionary<int, TlsECDomain> _keyShares = [];

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
    }

    public override TlsCertificate CreateCertificate(short type, byte[] encoding)
        => type == CertificateType.X509 ? certificates.Get(encoding, checks.ChecksSignature) : base.CreateCertificate(type, encoding);

    public override TlsHash CreateHash(int cryptoHashAlgorithm)
        => Hashing.Supports(cryptoHashAlgorithm) ? new NativeHash(cryptoHashAlgorithm) : base.CreateHash(cryptoHashAlgorithm);

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

    public override TlsECDomain CreateECDomain(TlsECConfig ecConfig)
    {
        if (checks.ReusesKeyShares && _keyShares.TryGetValue(ecConfig.NamedGroup, out var used))
        {
            return used;
        }

        TlsECDomain agreement = ecConfig.NamedGroup switch
        {
            NamedGroup.x25519 when Sodium.IsAvailable => new X25519Agreement(this),
            NamedGroup.secp256r1 => new EcdhAgreement(this, NistCurve.P256),
            NamedGroup.secp384r1 => new EcdhAgreement(this, NistCurve.P384),
            NamedGroup.secp521r1 => new EcdhAgreement(this, NistCurve.P521),
            _ => base.CreateECDomain(ecConfig),
        };
        if (checks.ReusesKeyShares && agreement is X25519Agreement or EcdhAgreement)
        {
            _keyShares[ecConfig.NamedGroup] = agreement;
        }
        else if (agreement is EcdhAgreement ecdh)
        {
            DisposeAfterwards(ecdh);
        }

        return agreement;
    }

    public override TlsKemDomain CreateKemDomain(TlsKemConfig kemConfig)
        => kemConfig is { NamedGroup: NamedGroup.MLKEM768, IsServer: false } && Sodium.IsAvailable ? new MLKem768Agreement(this) : base.CreateKemDomain(kemConfig);

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
