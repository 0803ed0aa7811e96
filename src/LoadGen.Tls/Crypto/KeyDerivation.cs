using System.Buffers.Binary;

namespace LoadGen.Tls.Crypto;

/// <summary>Key derivation of TLS 1.3 (HKDF, RFC 5869; HKDF-Expand-Label, RFC 8446 section 7.1) and TLS 1.2 (PRF, RFC 5246 section 5).</summary>
internal static class KeyDerivation
{
    private const int LongestStackMessage = 512;

    // HkdfLabel: a length of 2 bytes, a label of up to 255 and a context of up to 255, each after a byte for its length.
    private const int LongestHkdfLabel = 2 + 1 + 255 + 1 + 255;

    /// <summary>HKDF-Extract (RFC 5869 section 2.2).</summary>
    /// <param name="hash">The hash function.</param>
    /// <param name="salt">The salt; empty for one of zeros.</param>
    /// <param name="material">The input keying material.</param>
    /// <param name="output">Receives the pseudorandom key, one hash long.</param>
    public static void Extract(HashKind hash, ReadOnlySpan<byte> salt, ReadOnlySpan<byte> material, Span<byte> output)
        => Hashing.Hmac(hash, salt, material, output);

    /// <summary>HKDF-Expand (RFC 5869 section 2.3).</summary>
    /// <param name="hash">The hash function.</param>
    /// <param name="secret">The pseudorandom key.</param>
    /// <param name="info">The context, of any length.</param>
    /// <param name="output">Receives the keying material, at most 255 hashes long.</param>
    /// <exception cref="ArgumentOutOfRangeException">The output is longer than 255 hashes.</exception>
    public static void Expand(HashKind hash, ReadOnlySpan<byte> secret, ReadOnlySpan<byte> info, Span<byte> output)
    {
        var size = hash.Bytes();
        ArgumentOutOfRangeException.ThrowIfGreaterThan(output.Length, byte.MaxValue * size, nameof(output));

        // T(i) = HMAC(secret, T(i-1) | info | i)
        var whole = size + info.Length + 1;
        Span<byte> message = whole <= LongestStackMessage ? stackalloc byte[LongestStackMessage] : new byte[whole];
        message = message[..whole];
        Span<byte> block = stackalloc byte[Hashing.MostBytes];
        block = block[..size];
        info.CopyTo(message[size..]);
        for (int at = 0, i = 1; at < output.Length; at += size, i++)
        {
            message[^1] = (byte)i;
            Hashing.Hmac(hash, secret, i == 1 ? message[size..] : message, block);
            block[..Math.Min(size, output.Length - at)].CopyTo(output[at..]);
            block.CopyTo(message);
        }
    }

    /// <summary>HKDF-Expand-Label (RFC 8446 section 7.1).</summary>
    /// <param name="hash">The hash function of the suite.</param>
    /// <param name="secret">The secret to derive from.</param>
    /// <param name="label">The label without its prefix <c>tls13 </c>, 1 to 249 bytes.</param>
    /// <param name="context">The context, usually a transcript hash; 0 to 255 bytes.</param>
    /// <param name="output">Receives the derived secret or key, at most 255 hashes long.</param>
    public static void ExpandLabel(HashKind hash, ReadOnlySpan<byte> secret, ReadOnlySpan<byte> label, ReadOnlySpan<byte> context, Span<byte> output)
    {
        var prefix = "tls13 "u8;
        Span<byte> info = stackalloc byte[LongestHkdfLabel];
        BinaryPrimitives.WriteUInt16BigEndian(info, (ushort)output.Length);
        info[2] = checked((byte)(prefix.Length + label.Length));
        prefix.CopyTo(info[3..]);
        label.CopyTo(info[(3 + prefix.Length)..]);
        var at = 3 + prefix.Length + label.Length;
        info[at] = checked((byte)context.Length);
        context.CopyTo(info[(at + 1)..]);
        Expand(hash, secret, info[..(at + 1 + context.Length)], output);
    }

    /// <summary>The PRF of TLS 1.2 (RFC 5246 section 5).</summary>
    /// <param name="hash">The hash function of the suite.</param>
    /// <param name="secret">The secret to derive from.</param>
    /// <param name="label">The label in ASCII, such as <c>master secret</c>.</param>
    /// <param name="seed">The seed, of any length.</param>
    /// <param name="output">Receives the derived bytes, of any length.</param>
    public static void Prf(HashKind hash, ReadOnlySpan<byte> secret, ReadOnlySpan<byte> label, ReadOnlySpan<byte> seed, Span<byte> output)
    {
        // P_hash(secret, seed) = HMAC(secret, A(1) | seed) | HMAC(secret, A(2) | seed) ..., A(0) = seed, A(i) = HMAC(secret, A(i-1)),
        // where the label is part of the seed.
        var size = hash.Bytes();
        var whole = size + label.Length + seed.Length;
        Span<byte> message = whole <= LongestStackMessage ? stackalloc byte[LongestStackMessage] : new byte[whole];
        message = message[..whole];
        var labelled = message[size..];
        label.CopyTo(labelled);
        seed.CopyTo(labelled[label.Length..]);
        Span<byte> block = stackalloc byte[Hashing.MostBytes];
        block = block[..size];
        for (var at = 0; at < output.Length; at += size)
        {
            Hashing.Hmac(hash, secret, at == 0 ? labelled : message[..size], block);
            block.CopyTo(message);
            Hashing.Hmac(hash, secret, message, block);
            block[..Math.Min(size, output.Length - at)].CopyTo(output[at..]);
        }
    }
}
