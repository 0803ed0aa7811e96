using System.Security.Cryptography;
using LoadGen.Tls.BouncyCastle.Crypto;
using LoadGen.Tls.BouncyCastle.Crypto.Keys;
using Org.BouncyCastle.Tls;
using Org.BouncyCastle.Tls.Crypto;

namespace LoadGen.Tls.BouncyCastle.Identities;

/// <summary>Signs with a client's RSA or ECDSA key by the platform's library. Safe for concurrent use.</summary>
internal sealed class ClientSigner : TlsSigner
{
    private readonly KeyPool<ECDsa>? _ecdsa;
    private readonly KeyPool<RSA>? _rsa;

    private ClientSigner(KeyPool<ECDsa>? ecdsa, KeyPool<RSA>? rsa) => (_ecdsa, _rsa) = (ecdsa, rsa);

    /// <summary>A signer for a key in PKCS #8; <see langword="null"/> for a key of another kind.</summary>
    public static ClientSigner? Of(byte[] pkcs8, short signatureAlgorithm)
    {
        switch (signatureAlgorithm)
        {
            case SignatureAlgorithm.ecdsa:
                return new ClientSigner(
                    new KeyPool<ECDsa>(() =>
                    {
                        var key = ECDsa.Create();
                        key.ImportPkcs8PrivateKey(pkcs8, out _);
                        return key;
                    }),
                    null);
            case SignatureAlgorithm.rsa:
                return new ClientSigner(
                    null,
                    new KeyPool<RSA>(() =>
                    {
                        var key = RSA.Create();
                        key.ImportPkcs8PrivateKey(pkcs8, out _);
                        return key;
                    }));
            default:
                return null;
        }
    }

    /// <summary>Whether it can sign so; BouncyCastle's own signer does the rest.</summary>
    public static bool Signs(SignatureAndHashAlgorithm? algorithm)
        => algorithm is not null && Hashing.Supports(SignatureScheme.GetCryptoHashAlgorithm(SignatureScheme.From(algorithm)));

    public byte[] GenerateRawSignature(SignatureAndHashAlgorithm algorithm, byte[] hash)
    {
        if (_ecdsa is not null)
        {
            var key = _ecdsa.Take();
            try
            {
                return key.SignHash(hash, DSASignatureFormat.Rfc3279DerSequence);
            }
            finally
            {
                _ecdsa.Return(key);
            }
        }

        var scheme = SignatureScheme.From(algorithm);
        var name = Hashing.Name(SignatureScheme.GetCryptoHashAlgorithm(scheme));
        var rsa = _rsa!.Take();
        try
        {
            return rsa.SignHash(hash, name, SignatureScheme.IsRsaPss(scheme) ? RSASignaturePadding.Pss : RSASignaturePadding.Pkcs1);
        }
        finally
        {
            _rsa.Return(rsa);
        }
    }

    public TlsStreamSigner? GetStreamSigner(SignatureAndHashAlgorithm algorithm) => null;
}
