using System.Security.Cryptography;

namespace LoadGen.Tls.Crypto;

/// <summary>The hash functions of TLS 1.2 and 1.3 (FIPS 180-4).</summary>
internal enum HashKind
{
    Sha256,
    Sha384,
    Sha512,
}

/// <summary>
/// SHA-2 and HMAC (RFC 2104) by the platform's library. A TLS 1.3 handshake computes some thirty of them over short messages,
/// where .NET's overhead is several times the cost of the hash; libcrypto's plain functions take those where they are available.
/// </summary>
internal static class Hashing
{
    /// <summary>The longest output in bytes, that of SHA-512.</summary>
    public const int MostBytes = SHA512.HashSizeInBytes;

    // Longer messages are worth .NET's overhead: its calls let the garbage collector run meanwhile.
    private const int LongestShortMessage = 1024;

    /// <summary>The length of the output in bytes.</summary>
    public static int Bytes(this HashKind kind) => kind switch
    {
        HashKind.Sha256 => SHA256.HashSizeInBytes,
        HashKind.Sha384 => SHA384.HashSizeInBytes,
        _ => SHA512.HashSizeInBytes,
    };

    /// <summary>The length in bytes of the blocks that HMAC pads its key to (RFC 2104 section 2).</summary>
    public static int BlockBytes(this HashKind kind) => kind == HashKind.Sha256 ? 64 : 128;

    /// <summary>.NET's name.</summary>
    public static HashAlgorithmName AlgorithmName(this HashKind kind) => kind switch
    {
        HashKind.Sha256 => HashAlgorithmName.SHA256,
        HashKind.Sha384 => HashAlgorithmName.SHA384,
        _ => HashAlgorithmName.SHA512,
    };

    /// <summary>Hashes a message.</summary>
    /// <param name="kind">The hash function.</param>
    /// <param name="input">The message.</param>
    /// <param name="output">Receives the hash; at least <see cref="Bytes"/> long.</param>
    public static void Hash(HashKind kind, ReadOnlySpan<byte> input, Span<byte> output)
    {
        output = output[..kind.Bytes()];
        if (LibCrypto.IsAvailable && input.Length <= LongestShortMessage)
        {
            ShortHash.Hash(kind, input, output);
            return;
        }

        _ = kind switch
        {
            HashKind.Sha256 => SHA256.HashData(input, output),
            HashKind.Sha384 => SHA384.HashData(input, output),
            _ => SHA512.HashData(input, output),
        };
    }

    /// <summary>Computes an HMAC.</summary>
    /// <param name="kind">The hash function.</param>
    /// <param name="key">The key, of any length.</param>
    /// <param name="input">The message.</param>
    /// <param name="output">Receives the code; at least <see cref="Bytes"/> long. It must not overlap the key or the message.</param>
    public static void Hmac(HashKind kind, ReadOnlySpan<byte> key, ReadOnlySpan<byte> input, Span<byte> output)
    {
        output = output[..kind.Bytes()];
        if (LibCrypto.IsAvailable && input.Length <= LongestShortMessage && key.Length <= kind.BlockBytes())
        {
            ShortHash.Hmac(kind, key, input, output);
            return;
        }

        _ = kind switch
        {
            HashKind.Sha256 => HMACSHA256.HashData(key, input, output),
            HashKind.Sha384 => HMACSHA384.HashData(key, input, output),
            _ => HMACSHA512.HashData(key, input, output),
        };
    }
}

/// <summary>SHA-2 and HMAC over short messages by libcrypto's plain functions, with their state on the stack.</summary>
internal static unsafe class ShortHash
{
    // sizeof(SHA512_CTX) is 216, sizeof(SHA256_CTX) 112.
    private const int ContextBytes = 256;
    private const int LongestBlock = 128;

    public static void Hash(HashKind kind, ReadOnlySpan<byte> message, Span<byte> output)
    {
        var context = stackalloc byte[ContextBytes];
        Begin(kind, context);
        Update(kind, context, message);
        End(kind, context, output);
    }

    /// <summary>HMAC with a key that is no longer than a block.</summary>
    public static void Hmac(HashKind kind, ReadOnlySpan<byte> key, ReadOnlySpan<byte> message, Span<byte> output)
    {
        const byte Inner = 0x36;
        const byte InnerToOuter = 0x36 ^ 0x5c;

        var context = stackalloc byte[ContextBytes];
        Span<byte> pad = stackalloc byte[LongestBlock];
        pad = pad[..kind.BlockBytes()];
        pad.Fill(Inner);
        for (var i = 0; i < key.Length; i++)
        {
            pad[i] ^= key[i];
        }

        Begin(kind, context);
        Update(kind, context, pad);
        Update(kind, context, message);
        End(kind, context, output);
        foreach (ref var each in pad)
        {
            each ^= InnerToOuter;
        }

        Begin(kind, context);
        Update(kind, context, pad);
        Update(kind, context, output);
        End(kind, context, output);
        CryptographicOperations.ZeroMemory(pad);
        CryptographicOperations.ZeroMemory(new Span<byte>(context, ContextBytes));
    }

    private static void Begin(HashKind kind, byte* context) => _ = kind switch
    {
        HashKind.Sha256 => LibCrypto.SHA256_Init(context),
        HashKind.Sha384 => LibCrypto.SHA384_Init(context),
        _ => LibCrypto.SHA512_Init(context),
    };

    private static void Update(HashKind kind, byte* context, ReadOnlySpan<byte> data)
    {
        fixed (byte* start = data)
        {
            // SHA-384 and SHA-512 share a function.
            _ = kind == HashKind.Sha256
                ? LibCrypto.SHA256_Update(context, start, (nuint)data.Length)
                : LibCrypto.SHA512_Update(context, start, (nuint)data.Length);
        }
    }

    private static void End(HashKind kind, byte* context, Span<byte> output)
    {
        fixed (byte* digest = output)
        {
            _ = kind switch
            {
                HashKind.Sha256 => LibCrypto.SHA256_Final(digest, context),
                HashKind.Sha384 => LibCrypto.SHA384_Final(digest, context),
                _ => LibCrypto.SHA512_Final(digest, context),
            };
        }
    }
}
