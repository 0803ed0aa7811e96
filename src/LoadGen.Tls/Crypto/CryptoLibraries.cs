using System.Runtime.Versioning;
using System.Security.Cryptography;

namespace LoadGen.Tls.Crypto;

/// <summary>Names the cryptographic libraries in use, for results.</summary>
internal static class CryptoLibraries
{
    /// <summary>The library under .NET's cryptography, such as <c>OpenSSL 3.0.19</c>.</summary>
    public static string Platform { get; } = OperatingSystem.IsWindows() ? "CNG" : OperatingSystem.IsLinux() ? OpenSsl() : "the system's";

    /// <summary>The native libraries together.</summary>
    /// <param name="fallback">The library that takes the place of libsodium where that is missing.</param>
    public static string DescribeNative(string fallback) => Sodium.IsAvailable
        ? $"native ({Platform}, libsodium {Sodium.Version})"
        : $"native ({Platform}), X25519, ML-KEM-768 and Ed25519 managed ({fallback}): libsodium was not found";

    // 0xMNN00PP0: major, minor and patch of OpenSSL 3 (OPENSSL_VERSION_NUMBER).
    [SupportedOSPlatform("linux")]
    private static string OpenSsl()
    {
        var number = SafeEvpPKeyHandle.OpenSslVersion;
        return $"OpenSSL {number >> 28}.{(number >> 20) & 0xff}.{(number >> 4) & 0xff}";
    }
}
