using System.Security.Cryptography;
using System.Text;
using LoadGen.Tls.Crypto;
using Org.BouncyCastle.Tls;
using Org.BouncyCastle.Tls.Crypto;
using Org.BouncyCastle.Tls.Crypto.Impl;
using Org.BouncyCastle.Tls.Crypto.Impl.BC;

namespace LoadGen.Tls.BouncyCastle;

/// <summary>
/// A secret from which others are derived by the platform's HMAC. What the platform does not compute is left to BouncyCastle.
/// </summary>
internal sealed class NativeSecret(BcTlsCrypto crypto, byte[] data) : BcTlsSecret(crypto, data)
{
    private const int LongestStackLabel = 128;

    public override TlsSecret HkdfExtract(int cryptoHashAlgorithm, TlsSecret ikm)
    {
        if (HashKinds.Of(cryptoHashAlgorithm) is not { } hash || ikm is not AbstractTlsSecret material)
        {
            return base.HkdfExtract(cryptoHashAlgorithm, ikm);
        }

        var input = (material is NativeSecret own ? own.m_data : CopyData(material))
            ?? throw new InvalidOperationException("The keying material has already been extracted or destroyed");
        var output = new byte[hash.Bytes()];
        KeyDerivation.Extract(hash, Extract(), input, output);
        return new NativeSecret(m_crypto, output);
    }

    public override TlsSecret HkdfExpand(int cryptoHashAlgorithm, byte[] info, int length)
        => HkdfExpand(cryptoHashAlgorithm, info.AsSpan(), length);

    public override TlsSecret HkdfExpand(int cryptoHashAlgorithm, ReadOnlySpan<byte> info, int length)
    {
        if (HashKinds.Of(cryptoHashAlgorithm) is not { } hash)
        {
            return base.HkdfExpand(cryptoHashAlgorithm, info, length);
        }

        CheckAlive();
        var output = new byte[length];
        KeyDerivation.Expand(hash, m_data, info, output);
        return new NativeSecret(m_crypto, output);
    }

    public override TlsSecret DeriveUsingPrf(int prfAlgorithm, string label, byte[] seed, int length)
        => DeriveUsingPrf(prfAlgorithm, label.AsSpan(), seed, length);

    public override TlsSecret DeriveUsingPrf(int prfAlgorithm, ReadOnlySpan<char> label, ReadOnlySpan<byte> seed, int length)
    {
        CheckAlive();
        HashKind? hash = prfAlgorithm switch
        {
            PrfAlgorithm.tls13_hkdf_sha256 or PrfAlgorithm.tls_prf_sha256 => HashKind.Sha256,
            PrfAlgorithm.tls13_hkdf_sha384 or PrfAlgorithm.tls_prf_sha384 => HashKind.Sha384,
            _ => null,
        };
        if (hash is not { } known)
        {
            return base.DeriveUsingPrf(prfAlgorithm, label, seed, length);
        }

        Span<byte> ascii = label.Length <= LongestStackLabel ? stackalloc byte[LongestStackLabel] : new byte[label.Length];
        ascii = ascii[..Encoding.ASCII.GetBytes(label, ascii)];
        var output = new byte[length];
        if (prfAlgorithm is PrfAlgorithm.tls_prf_sha256 or PrfAlgorithm.tls_prf_sha384)
        {
            KeyDerivation.Prf(known, m_data, ascii, seed, output);
        }
        else
        {
            KeyDerivation.ExpandLabel(known, m_data, ascii, seed, output);
        }

        return new NativeSecret(m_crypto, output);
    }

    public override byte[] CalculateHmac(int cryptoHashAlgorithm, byte[] buf, int off, int len)
    {
        if (HashKinds.Of(cryptoHashAlgorithm) is not { } hash)
        {
            return base.CalculateHmac(cryptoHashAlgorithm, buf, off, len);
        }

        CheckAlive();
        var mac = new byte[hash.Bytes()];
        Hashing.Hmac(hash, m_data, buf.AsSpan(off, len), mac);
        return mac;
    }

    public override void Destroy()
    {
        if (m_data is not null)
        {
            CryptographicOperations.ZeroMemory(m_data);
            m_data = null;
        }
    }
}

/// <summary>BouncyCastle's numbers of hash functions.</summary>
internal static class HashKinds
{
    /// <summary>The hash function; <see langword="null"/> for one that is left to BouncyCastle.</summary>
    public static HashKind? Of(int cryptoHashAlgorithm) => cryptoHashAlgorithm switch
    {
        CryptoHashAlgorithm.sha256 => HashKind.Sha256,
        CryptoHashAlgorithm.sha384 => HashKind.Sha384,
        CryptoHashAlgorithm.sha512 => HashKind.Sha512,
        _ => null,
    };
}
