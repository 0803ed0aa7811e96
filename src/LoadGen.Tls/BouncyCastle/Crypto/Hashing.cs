using System.Security.Cryptography;
using LoadGen.Tls.Crypto;
using Org.BouncyCastle.Tls.Crypto;

namespace LoadGen.Tls.BouncyCastle.Crypto;

/// <summary>Hash functions by the numbers BouncyCastle has for them, computed by the platform's library.</summary>
internal static class Hashing
{
    /// <summary>The longest output, SHA-512's.</summary>
    public const int MostBytes = 64;

    /// <summary>Whether the platform computes it.</summary>
    public static bool Supports(int algorithm)
        => algorithm is CryptoHashAlgorithm.sha256 or CryptoHashAlgorithm.sha384 or CryptoHashAlgorithm.sha512;

    /// <summary>The length of the output in bytes.</summary>
    public static int Size(int algorithm) => algorithm switch
    {
        CryptoHashAlgorithm.sha256 => SHA256.HashSizeInBytes,
        CryptoHashAlgorithm.sha384 => SHA384.HashSizeInBytes,
        _ => SHA512.HashSizeInBytes,
    };

    /// <summary>The length of the blocks that HMAC pads its key to (RFC 2104 section 2).</summary>
    public static int BlockSize(int algorithm) => algorithm == CryptoHashAlgorithm.sha256 ? 64 : 128;

    public static HashAlgorithmName Name(int algorithm) => algorithm switch
    {
        CryptoHashAlgorithm.sha256 => HashAlgorithmName.SHA256,
        CryptoHashAlgorithm.sha384 => HashAlgorithmName.SHA384,
        _ => HashAlgorithmName.SHA512,
    };

    /// <summary>Hashes into <paramref name="output"/>, which has at least <see cref="Size"/> bytes.</summary>
    public static void Hash(int algorithm, ReadOnlySpan<byte> input, Span<byte> output)
    {
        output = output[..Size(algorithm)];
        if (LibCrypto.IsAvailable && input.Length <= ShortHash.LongestMessage)
        {
            ShortHash.Hash(Name(algorithm), input, output);
            return;
        }

        _ = algorithm switch
        {
            CryptoHashAlgorithm.sha256 => SHA256.HashData(input, output),
            CryptoHashAlgorithm.sha384 => SHA384.HashData(input, output),
            _ => SHA512.HashData(input, output),
        };
    }

    /// <summary>HMAC (RFC 2104) into <paramref name="output"/>, which has at least <see cref="Size"/> bytes.</summary>
    public static void Hmac(int algorithm, ReadOnlySpan<byte> key, ReadOnlySpan<byte> input, Span<byte> output)
    {
        output = output[..Size(algorithm)];
        if (LibCrypto.IsAvailable && input.Length <= ShortHash.LongestMessage && key.Length <= BlockSize(algorithm))
        {
            ShortHash.Hmac(Name(algorithm), BlockSize(algorithm), key, input, output);
            return;
        }

        _ = algorithm switch
        {
            CryptoHashAlgorithm.sha256 => HMACSHA256.HashData(key, input, output),
            CryptoHashAlgorithm.sha384 => HMACSHA384.HashData(key, input, output),
            _ => HMACSHA512.HashData(key, input, output),
        };
    }
}
