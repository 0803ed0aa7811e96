using System.Reflection;
using System.Runtime.Versioning;
using System.Security.Cryptography;
using Org.BouncyCastle.Tls;

namespace LoadGen.Tls.Crypto;

/// <summary>Names the cryptographic libraries in use, for results.</summary>
internal static class CryptoLibraries
{
    /// <summary>The library under .NET's cryptography.</summary>
    public static string Platform { get; } = OperatingSystem.IsWindows() ? "CNG" : OperatingSystem.IsLinux() ? OpenSsl() : "the system's";

    /// <summary>What the native choice comes to on this machine.</summary>
    public static string DescribeNative() => Sodium.IsAvailable
        ? $"native ({Platform}, libsodium {Sodium.Version})"
        : $"native ({Platform}), X25519, ML-KEM-768 and Ed25519 managed ({BouncyCastle()}): libsodium was not found";

    /// <summary>BouncyCastle's own.</summary>
    public static string DescribeManaged() => $"managed ({BouncyCastle()})";

    private static string BouncyCastle()
        => $"BouncyCastle {typeof(TlsClientProtocol).Assembly.GetCustomAttribute<AssemblyFileVersionAttribute>()?.Version ?? "of unknown version"}";

    // 0xMNN00PP0: major, minor and patch of OpenSSL 3 (OPENSSL_VERSION_NUMBER).
    [SupportedOSPlatform("linux")]
    private static string OpenSsl()
    {
        var number = SafeEvpPKeyHandle.OpenSslVersion;
        return $"OpenSSL {number >> 28}.{(number >> 20) & 0xff}.{(number >> 4) & 0xff}";
    }
}
