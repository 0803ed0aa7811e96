using System.Security.Cryptography;

namespace LoadGen.Tls.Crypto;

/// <summary>
/// SHA-2 and HMAC over short messages by libcrypto's plain functions. A TLS 1.3 handshake computes some thirty of them, and
/// what .NET's way to each costs is several times the hash itself.
/// </summary>
internal static unsafe class ShortHash
{
    /// <summary>Longer messages are worth .NET's way, which lets the garbage collector run meanwhile.</summary>
    public const int LongestMessage = 1024;

    // sizeof(SHA512_CTX) is 216, sizeof(SHA256_CTX) 112.
    private const int ContextBytes = 256;
    private const int LongestBlock = 128;

    /// <summary>Hashes a message.</summary>
    public static void Hash(HashAlgorithmName algorithm, ReadOnlySpan<byte> message, Span<byte> output)
    {
        var context = stackalloc byte[ContextBytes];
        Begin(algorithm, context);
        Update(algorithm, context, message);
        End(algorithm, context, output);
    }

    /// <summary>HMAC (RFC 2104); a key longer than a block is not for this.</summary>
    public static void Hmac(HashAlgorithmName algorithm, int blockBytes, ReadOnlySpan<byte> key, ReadOnlySpan<byte> message, Span<byte> output)
    {
        const byte Inner = 0x36;
        const byte InnerToOuter = 0x36 ^ 0x5c;

        var context = stackalloc byte[ContextBytes];
        Span<byte> pad = stackalloc byte[LongestBlock];
        pad = pad[..blockBytes];
        pad.Fill(Inner);
        for (var i = 0; i < key.Length; i++)
        {
            pad[i] ^= key[i];
        }

        Begin(algorithm, context);
        Update(algorithm, context, pad);
        Update(algorithm, context, message);
        End(algorithm, context, output);
        foreach (ref var each in pad)
        {
            each ^= InnerToOuter;
        }

        Begin(algorithm, context);
        Update(algorithm, context, pad);
        Update(algorithm, context, output);
        End(algorithm, context, output);
        CryptographicOperations.ZeroMemory(pad);
        CryptographicOperations.ZeroMemory(new Span<byte>(context, ContextBytes));
    }

    private static void Begin(HashAlgorithmName algorithm, byte* context) => _ =
        algorithm == HashAlgorithmName.SHA256 ? LibCrypto.SHA256_Init(context)
        : algorithm == HashAlgorithmName.SHA384 ? LibCrypto.SHA384_Init(context)
        : LibCrypto.SHA512_Init(context);

    private static void Update(HashAlgorithmName algorithm, byte* context, ReadOnlySpan<byte> data)
    {
        fixed (byte* start = data)
        {
            _ = algorithm == HashAlgorithmName.SHA256
                ? LibCrypto.SHA256_Update(context, start, (nuint)data.Length)
                : LibCrypto.SHA512_Update(context, start, (nuint)data.Length);
        }
    }

    private static void End(HashAlgorithmName algorithm, byte* context, Span<byte> output)
    {
        fixed (byte* digest = output)
        {
            _ = algorithm == HashAlgorithmName.SHA256 ? LibCrypto.SHA256_Final(digest, context)
                : algorithm == HashAlgorithmName.SHA384 ? LibCrypto.SHA384_Final(digest, context)
                : LibCrypto.SHA512_Final(digest, context);
        }
    }
}
