using System.Runtime.InteropServices;

namespace LoadGen.Tls.Crypto;

/// <summary>The functions of libsodium in use, where its native library is available.</summary>
internal static partial class Sodium
{
    public const int Ed25519KeyBytes = 32;

    public const int Ed25519SignatureBytes = 64;

    public const int MLKem768PublicKeyBytes = 1184;

    public const int MLKem768SecretKeyBytes = 2400;

    public const int MLKem768CiphertextBytes = 1088;

    public const int MLKem768SharedSecretBytes = 32;

    private const string Library = "libsodium";

    /// <summary>Whether the native library was found and initialised.</summary>
    public static bool IsAvailable { get; } = Initialize();

    [LibraryImport(Library, EntryPoint = "crypto_scalarmult_curve25519_base")]
    public static partial int ScalarMultiplyBase(Span<byte> publicKey, ReadOnlySpan<byte> privateKey);

    [LibraryImport(Library, EntryPoint = "crypto_scalarmult_curve25519")]
    public static partial int ScalarMultiply(Span<byte> shared, ReadOnlySpan<byte> privateKey, ReadOnlySpan<byte> peerPublicKey);

    [LibraryImport(Library, EntryPoint = "crypto_sign_ed25519_verify_detached")]
    public static partial int Ed25519Verify(ReadOnlySpan<byte> signature, ReadOnlySpan<byte> message, ulong messageBytes, ReadOnlySpan<byte> publicKey);

    [LibraryImport(Library, EntryPoint = "crypto_kem_mlkem768_keypair")]
    public static partial int MLKem768KeyPair(Span<byte> publicKey, Span<byte> secretKey);

    [LibraryImport(Library, EntryPoint = "crypto_kem_mlkem768_dec")]
    public static partial int MLKem768Decapsulate(Span<byte> sharedSecret, ReadOnlySpan<byte> ciphertext, ReadOnlySpan<byte> secretKey);

    [LibraryImport(Library, EntryPoint = "crypto_kem_mlkem768_seed_keypair")]
    public static partial int MLKem768KeyPairOfSeed(Span<byte> publicKey, Span<byte> secretKey, ReadOnlySpan<byte> seed);

    /// <summary>The version of the library, such as <c>1.0.22</c>.</summary>
    public static string Version => Marshal.PtrToStringUTF8(VersionString()) ?? "";

    [LibraryImport(Library, EntryPoint = "sodium_version_string")]
    private static partial nint VersionString();

    [LibraryImport(Library, EntryPoint = "sodium_init")]
    private static partial int Init();

    private static bool Initialize()
    {
        try
        {
            // Chooses the fastest implementations for this processor; 1 means that it was already initialised.
            return Init() >= 0;
        }
        catch (Exception error) when (error is DllNotFoundException or EntryPointNotFoundException or BadImageFormatException)
        {
            // A platform without the library: engines use code of their own, and the result says so.
            return false;
        }
    }
}
