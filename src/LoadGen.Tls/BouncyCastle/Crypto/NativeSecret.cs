using System.Security.Cryptography;
using System.Text;
using Org.BouncyCastle.Tls;
using Org.BouncyCastle.Tls.Crypto;
using Org.BouncyCastle.Tls.Crypto.Impl;
using Org.BouncyCastle.Tls.Crypto.Impl.BC;

namespace LoadGen.Tls.BouncyCastle.Crypto;

/// <summary>
/// A secret from which others are derived by the platform's HMAC: HKDF (RFC 5869) in TLS 1.3, the PRF of RFC 5246 section 5
/// in TLS 1.2. What the platform does not compute goes to BouncyCastle.
/// </summary>
internal sealed class NativeSecret(BcTlsCrypto crypto, byte[] data) : BcTlsSecret(crypto, data)
{
    private const int LongestStackMessage = 512;

    public override TlsSecret HkdfExtract(int cryptoHashAlgorithm, TlsSecret ikm)
    {
        if (!Hashing.Supports(cryptoHashAlgorithm) || ikm is not AbstractTlsSecret material)
        {
            return base.HkdfExtract(cryptoHashAlgorithm, ikm);
        }

        var input = (material is NativeSecret own ? own.m_data : CopyData(material))
            ?? throw new InvalidOperationException("The keying material has already been extracted or destroyed");
        var output = new byte[Hashing.Size(cryptoHashAlgorithm)];
        Hashing.Hmac(cryptoHashAlgorithm, Extract(), input, output);
        return new NativeSecret(m_crypto, output);
    }

    public override TlsSecret HkdfExpand(int cryptoHashAlgorithm, byte[] info, int length)
        => HkdfExpand(cryptoHashAlgorithm, info.AsSpan(), length);

    public override TlsSecret HkdfExpand(int cryptoHashAlgorithm, ReadOnlySpan<byte> info, int length)
    {
        if (!Hashing.Supports(cryptoHashAlgorithm))
        {
            return base.HkdfExpand(cryptoHashAlgorithm, info, length);
        }

        CheckAlive();
        var size = Hashing.Size(cryptoHashAlgorithm);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, byte.MaxValue * size);

        // T(i) = HMAC(PRK, T(i-1) | info | i)
        Span<byte> message = size + info.Length + 1 <= LongestStackMessage ? stackalloc byte[LongestStackMessage] : new byte[size + info.Length + 1];
        Span<byte> block = stackalloc byte[Hashing.MostBytes];
        block = block[..size];
        info.CopyTo(message[size..]);
        var output = new byte[length];
        for (int at = 0, i = 1; at < length; at += size, i++)
        {
            message[size + info.Length] = (byte)i;
            var start = i == 1 ? size : 0;
            Hashing.Hmac(cryptoHashAlgorithm, m_data, message[start..(size + info.Length + 1)], block);
            block[..Math.Min(size, length - at)].CopyTo(output.AsSpan(at));
            block.CopyTo(message);
        }

        return new NativeSecret(m_crypto, output);
    }

    public override TlsSecret DeriveUsingPrf(int prfAlgorithm, string label, byte[] seed, int length)
        => DeriveUsingPrf(prfAlgorithm, label.AsSpan(), seed, length);

    public override TlsSecret DeriveUsingPrf(int prfAlgorithm, ReadOnlySpan<char> label, ReadOnlySpan<byte> seed, int length)
    {
        CheckAlive();
        return prfAlgorithm switch
        {
            PrfAlgorithm.tls13_hkdf_sha256 => TlsCryptoUtilities.HkdfExpandLabel(this, CryptoHashAlgorithm.sha256, label, seed, length),
            PrfAlgorithm.tls13_hkdf_sha384 => TlsCryptoUtilities.HkdfExpandLabel(this, CryptoHashAlgorithm.sha384, label, seed, length),
            PrfAlgorithm.tls_prf_sha256 => ExpandByPrf(CryptoHashAlgorithm.sha256, label, seed, length),
            PrfAlgorithm.tls_prf_sha384 => ExpandByPrf(CryptoHashAlgorithm.sha384, label, seed, length),
            _ => base.DeriveUsingPrf(prfAlgorithm, label, seed, length),
        };
    }

    public override byte[] CalculateHmac(int cryptoHashAlgorithm, byte[] buf, int off, int len)
    {
        if (!Hashing.Supports(cryptoHashAlgorithm))
        {
            return base.CalculateHmac(cryptoHashAlgorithm, buf, off, len);
        }

        CheckAlive();
        var mac = new byte[Hashing.Size(cryptoHashAlgorithm)];
        Hashing.Hmac(cryptoHashAlgorithm, m_data, buf.AsSpan(off, len), mac);
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

    // P_hash(secret, seed) = HMAC(secret, A(1) | seed) | HMAC(secret, A(2) | seed) ..., A(0) = seed, A(i) = HMAC(secret, A(i-1)),
    // where the label is part of the seed.
    private NativeSecret ExpandByPrf(int hash, ReadOnlySpan<char> label, ReadOnlySpan<byte> seed, int length)
    {
        var size = Hashing.Size(hash);
        var whole = size + label.Length + seed.Length;
        Span<byte> message = whole <= LongestStackMessage ? stackalloc byte[LongestStackMessage] : new byte[whole];
        message = message[..whole];
        var labelled = message[size..];
        Encoding.ASCII.GetBytes(label, labelled);
        seed.CopyTo(labelled[label.Length..]);

        Span<byte> block = stackalloc byte[Hashing.MostBytes];
        block = block[..size];
        var output = new byte[length];
        for (var at = 0; at < length; at += size)
        {
            Hashing.Hmac(hash, m_data, at == 0 ? labelled : message[..size], block);
            block.CopyTo(message);
            Hashing.Hmac(hash, m_data, message, block);
            block[..Math.Min(size, length - at)].CopyTo(output.AsSpan(at));
        }

        return new NativeSecret(m_crypto, output);
    }
}
