using System.Security.Cryptography;
using LoadGen.Tls.Crypto;
using LoadGen.Tls.Offers;
using Org.BouncyCastle.Crypto.Prng;
using Org.BouncyCastle.Security;
using Org.BouncyCastle.Tls;
using Org.BouncyCastle.Tls.Crypto;
using Org.BouncyCastle.Tls.Crypto.Impl;
using Org.BouncyCastle.Tls.Crypto.Impl.BC;

namespace LoadGen.Tls.BouncyCastle;

/// <summary>
/// BouncyCastle's TLS on the platform's cryptography: OpenSSL, CNG or Apple's by way of .NET, and libsodium. What neither has
/// is left to BouncyCastle's own code. One instance for one connection slot.
/// </summary>
internal sealed class NativeTlsCrypto(ServerCertificates certificates, SlotChecks checks, RecordWatch watch) : BcTlsCrypto(new SecureRandom(NativeRandom.Instance))
{
    private readonly List<Aead> _ciphers = [];
    private readonly TranscriptBuffers _transcripts = new();
    private readonly KeyShares _keyShares = new(checks);

    /// <summary>The handshake is over: frees its native objects now, rather than by the garbage collector.</summary>
    public void EndHandshake()
    {
        foreach (var cipher in _ciphers)
        {
            cipher.Dispose();
        }

        _ciphers.Clear();
        _transcripts.ReturnAll();
        _keyShares.EndHandshake();
    }

    /// <summary>Makes the key shares of the next handshake while no arrival waits for them.</summary>
    public void MakeKeySharesAhead() => _keyShares.MakeAhead();

    public override TlsCertificate CreateCertificate(short type, byte[] encoding)
        => type == CertificateType.X509 ? certificates.Get(encoding, checks.ChecksSignature) : base.CreateCertificate(type, encoding);

    public override TlsHash CreateHash(int cryptoHashAlgorithm)
        => HashKinds.Of(cryptoHashAlgorithm) is { } hash ? new NativeHash(hash, _transcripts) : base.CreateHash(cryptoHashAlgorithm);

    public override TlsHmac CreateHmacForHash(int cryptoHashAlgorithm)
        => HashKinds.Of(cryptoHashAlgorithm) is { } hash ? new NativeHmac(hash) : base.CreateHmacForHash(cryptoHashAlgorithm);

    public override TlsSecret CreateSecret(byte[] data) => new NativeSecret(this, [.. data]);

    public override TlsSecret CreateHybridSecret(TlsSecret s1, TlsSecret s2) => new NativeSecret(this, [.. s1.Extract(), .. s2.Extract()]);

    public override TlsSecret HkdfInit(int cryptoHashAlgorithm)
        => HashKinds.Of(cryptoHashAlgorithm) is { } hash ? new NativeSecret(this, new byte[hash.Bytes()]) : base.HkdfInit(cryptoHashAlgorithm);

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
        => KeyAgreement.Supports((TlsGroup)ecConfig.NamedGroup) ? Agreement(ecConfig.NamedGroup) : base.CreateECDomain(ecConfig);

    public override TlsKemDomain CreateKemDomain(TlsKemConfig kemConfig)
        => !kemConfig.IsServer && KeyAgreement.Supports((TlsGroup)kemConfig.NamedGroup) ? Agreement(kemConfig.NamedGroup) : base.CreateKemDomain(kemConfig);

    public override TlsCipher CreateCipher(TlsCryptoParameters cryptoParams, int encryptionAlgorithm, int macAlgorithm)
        => new WatchedCipher(base.CreateCipher(cryptoParams, encryptionAlgorithm, macAlgorithm), watch);

    protected override TlsAeadCipher CreateCipher_Aes_Gcm(TlsCryptoParameters cryptoParams, int cipherKeySize, int macSize)
        => Aead.Supports(AeadKind.AesGcm)
            ? new TlsAeadCipher(cryptoParams, Cipher(AeadKind.AesGcm, true), Cipher(AeadKind.AesGcm, false), cipherKeySize, macSize, TlsAeadCipher.AEAD_GCM)
            : base.CreateCipher_Aes_Gcm(cryptoParams, cipherKeySize, macSize);

    protected override TlsCipher CreateChaCha20Poly1305(TlsCryptoParameters cryptoParams)
        => Aead.Supports(AeadKind.ChaCha20Poly1305)
            ? new TlsAeadCipher(
                cryptoParams, Cipher(AeadKind.ChaCha20Poly1305, true), Cipher(AeadKind.ChaCha20Poly1305, false), 32, Aead.TagBytes, TlsAeadCipher.AEAD_CHACHA20_POLY1305)
            : base.CreateChaCha20Poly1305(cryptoParams);

    private NativeAgreement Agreement(int namedGroup) => new(this, _keyShares.Take((TlsGroup)namedGroup));

    private NativeAead Cipher(AeadKind kind, bool isEncrypting)
    {
        var cipher = Aead.Create(kind);
        _ciphers.Add(cipher);
        return new NativeAead(cipher, isEncrypting);
    }
}

/// <summary>BouncyCastle's own cryptography, with certificates parsed once. One instance for one connection slot.</summary>
internal sealed class ManagedTlsCrypto(ServerCertificates certificates, SlotChecks checks, RecordWatch watch) : BcTlsCrypto
{
    public override TlsCipher CreateCipher(TlsCryptoParameters cryptoParams, int encryptionAlgorithm, int macAlgorithm)
        => new WatchedCipher(base.CreateCipher(cryptoParams, encryptionAlgorithm, macAlgorithm), watch);

    public override TlsCertificate CreateCertificate(short type, byte[] encoding)
        => type == CertificateType.X509 ? certificates.Get(encoding, checks.ChecksSignature) : base.CreateCertificate(type, encoding);
}

/// <summary>A key agreement of either kind, with a key share of the slot.</summary>
internal sealed class NativeAgreement(BcTlsCrypto crypto, KeyAgreement agreement) : TlsECDomain, TlsKemDomain, TlsAgreement
{
    private byte[] _peerShare = [];

    public TlsAgreement CreateECDH() => this;

    public TlsAgreement CreateKem() => this;

    public byte[] GenerateEphemeral() => agreement.Share.ToArray();

    public void ReceivePeerValue(byte[] peerValue)
        => _peerShare = agreement.IsWellFormed(peerValue) ? peerValue : throw new TlsFatalAlert(AlertDescription.illegal_parameter);

    public TlsSecret CalculateSecret()
    {
        var secret = new byte[agreement.SecretBytes];
        return agreement.TryAgree(_peerShare, secret) ? new NativeSecret(crypto, secret) : throw new TlsFatalAlert(AlertDescription.illegal_parameter);
    }
}

/// <summary>One direction of a record cipher.</summary>
internal sealed class NativeAead(Aead cipher, bool isEncrypting) : TlsAeadCipherImpl
{
    private byte[] _nonce = [];

    public void SetKey(byte[] key, int keyOff, int keyLen) => cipher.SetKey(key.AsSpan(keyOff, keyLen));

    public void SetKey(ReadOnlySpan<byte> key) => cipher.SetKey(key);

    public void Init(byte[] nonce, int macSize, byte[] additionalData) => _nonce = nonce;

    public int GetOutputSize(int inputLength) => isEncrypting ? inputLength + Aead.TagBytes : Math.Max(0, inputLength - Aead.TagBytes);

    public int DoFinal(byte[] input, int inputOffset, int inputLength, byte[] output, int outputOffset)
        => DoFinal([], input, inputOffset, inputLength, output, outputOffset);

    public int DoFinal(byte[] additionalData, byte[] input, int inputOffset, int inputLength, byte[] output, int outputOffset)
    {
        var length = GetOutputSize(inputLength);
        if (isEncrypting)
        {
            cipher.Encrypt(_nonce, input.AsSpan(inputOffset, inputLength), output.AsSpan(outputOffset, length), additionalData);
        }
        else if (!cipher.TryDecrypt(_nonce, input.AsSpan(inputOffset, inputLength), output.AsSpan(outputOffset, length), additionalData))
        {
            throw new TlsFatalAlert(AlertDescription.bad_record_mac);
        }

        return length;
    }

    public void Reset()
    {
    }
}

/// <summary>The platform's random numbers, which need no seed.</summary>
internal sealed class NativeRandom : IRandomGenerator, TlsNonceGenerator
{
    public static NativeRandom Instance { get; } = new();

    public void AddSeedMaterial(byte[] seed)
    {
    }

    public void AddSeedMaterial(ReadOnlySpan<byte> seed)
    {
    }

    public void AddSeedMaterial(long seed)
    {
    }

    public void NextBytes(byte[] bytes) => RandomNumberGenerator.Fill(bytes);

    public void NextBytes(byte[] bytes, int start, int len) => RandomNumberGenerator.Fill(bytes.AsSpan(start, len));

    public void NextBytes(Span<byte> bytes) => RandomNumberGenerator.Fill(bytes);

    public byte[] GenerateNonce(int size) => RandomNumberGenerator.GetBytes(size);
}
