using System.Security.Cryptography;
using Org.BouncyCastle.Tls;

namespace LoadGen.Tls.BouncyCastle.Crypto.Keys;

/// <summary>An RSA key of the general kind (rsaEncryption), for PSS and PKCS #1 v1.5 signatures (RFC 8017) and for static RSA key exchange.</summary>
internal sealed class RsaKey : NativeKey
{
    private readonly KeyPool<RSA> _keys;

    /// <exception cref="CryptographicException">The platform does not take the key.</exception>
    public RsaKey(byte[] subjectPublicKeyInfo)
    {
        RSA Create()
        {
            var key = RSA.Create();
            key.ImportSubjectPublicKeyInfo(subjectPublicKeyInfo, out _);
            return key;
        }

        _keys = new KeyPool<RSA>(Create);
        _keys.Return(Create());
    }

    /// <summary>Encrypts a premaster secret by PKCS #1 v1.5 (RFC 5246 section 7.4.7.1).</summary>
    public byte[] Encrypt(ReadOnlySpan<byte> secret)
    {
        var key = _keys.Take();
        try
        {
            return key.Encrypt(secret, RSAEncryptionPadding.Pkcs1);
        }
        finally
        {
            _keys.Return(key);
        }
    }

    // RFC 8446 section 4.4.3: always PSS, whatever was offered for certificates.
    public override bool Verifies(int signatureScheme) => PaddingOf(signatureScheme) == RSASignaturePadding.Pss;

    public override bool VerifiesHashBy(int signatureScheme) => PaddingOf(signatureScheme) is not null;

    public override bool Verify(int signatureScheme, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        var algorithm = SignatureScheme.GetCryptoHashAlgorithm(signatureScheme);
        Span<byte> hash = stackalloc byte[Hashing.MostBytes];
        hash = hash[..Hashing.Size(algorithm)];
        Hashing.Hash(algorithm, message, hash);
        return VerifyHash(signatureScheme, hash, signature);
    }

    public override bool VerifyHash(int signatureScheme, ReadOnlySpan<byte> hash, ReadOnlySpan<byte> signature)
    {
        var algorithm = Hashing.Name(SignatureScheme.GetCryptoHashAlgorithm(signatureScheme));
        var key = _keys.Take();
        try
        {
            return key.VerifyHash(hash, signature, algorithm, PaddingOf(signatureScheme)!);
        }
        finally
        {
            _keys.Return(key);
        }
    }

    private static RSASignaturePadding? PaddingOf(int signatureScheme) => signatureScheme switch
    {
        SignatureScheme.rsa_pss_rsae_sha256 or SignatureScheme.rsa_pss_rsae_sha384 or SignatureScheme.rsa_pss_rsae_sha512 => RSASignaturePadding.Pss,
        SignatureScheme.rsa_pkcs1_sha256 or SignatureScheme.rsa_pkcs1_sha384 or SignatureScheme.rsa_pkcs1_sha512 => RSASignaturePadding.Pkcs1,
        _ => null,
    };
}
