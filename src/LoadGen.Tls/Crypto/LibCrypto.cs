using System.Runtime.InteropServices;

namespace LoadGen.Tls.Crypto;

/// <summary>
/// The parts of OpenSSL's libcrypto that .NET has no cheap way to. Where the library is not there, or lacks any of them, .NET's
/// own cryptography takes their place.
/// </summary>
internal static unsafe partial class LibCrypto
{
    public const int EvpPKeyEc = 408;

    private const string Library = "libcrypto.so.3";

    private static readonly string[] Needed =
    [
        nameof(SHA256_Init), nameof(SHA256_Update), nameof(SHA256_Final), nameof(SHA384_Init), nameof(SHA384_Final),
        nameof(SHA512_Init), nameof(SHA512_Update), nameof(SHA512_Final), nameof(EVP_PKEY_CTX_new_id), nameof(EVP_PKEY_CTX_new),
        nameof(EVP_PKEY_CTX_free), nameof(EVP_PKEY_keygen_init), nameof(EVP_PKEY_CTX_set_ec_paramgen_curve_nid), nameof(EVP_PKEY_keygen),
        nameof(EVP_PKEY_get1_encoded_public_key), nameof(EVP_PKEY_new), nameof(EVP_PKEY_free), nameof(EVP_PKEY_copy_parameters),
        nameof(EVP_PKEY_set1_encoded_public_key), nameof(EVP_PKEY_derive_init), nameof(EVP_PKEY_derive_set_peer_ex), nameof(EVP_PKEY_derive),
        nameof(CRYPTO_free), nameof(ERR_clear_error),
    ];

    /// <summary>Whether the library and all its parts were found.</summary>
    public static bool IsAvailable { get; } = OperatingSystem.IsLinux()
        && NativeLibrary.TryLoad(Library, out var library)
        && Array.TrueForAll(Needed, name => NativeLibrary.TryGetExport(library, name, out _));

    // These run for a fraction of a microsecond on the short messages they are given: shorter than the switch to native code.
    [LibraryImport(Library)]
    [SuppressGCTransition]
    public static partial int SHA256_Init(byte* context);

    [LibraryImport(Library)]
    [SuppressGCTransition]
    public static partial int SHA256_Update(byte* context, byte* data, nuint length);

    [LibraryImport(Library)]
    [SuppressGCTransition]
    public static partial int SHA256_Final(byte* digest, byte* context);

    [LibraryImport(Library)]
    [SuppressGCTransition]
    public static partial int SHA384_Init(byte* context);

    [LibraryImport(Library)]
    [SuppressGCTransition]
    public static partial int SHA384_Final(byte* digest, byte* context);

    [LibraryImport(Library)]
    [SuppressGCTransition]
    public static partial int SHA512_Init(byte* context);

    // SHA-384's too.
    [LibraryImport(Library)]
    [SuppressGCTransition]
    public static partial int SHA512_Update(byte* context, byte* data, nuint length);

    [LibraryImport(Library)]
    [SuppressGCTransition]
    public static partial int SHA512_Final(byte* digest, byte* context);

    [LibraryImport(Library)]
    public static partial nint EVP_PKEY_CTX_new_id(int id, nint engine);

    [LibraryImport(Library)]
    public static partial nint EVP_PKEY_CTX_new(nint key, nint engine);

    [LibraryImport(Library)]
    public static partial void EVP_PKEY_CTX_free(nint context);

    [LibraryImport(Library)]
    public static partial int EVP_PKEY_keygen_init(nint context);

    [LibraryImport(Library)]
    public static partial int EVP_PKEY_CTX_set_ec_paramgen_curve_nid(nint context, int nid);

    [LibraryImport(Library)]
    public static partial int EVP_PKEY_keygen(nint context, nint* key);

    [LibraryImport(Library)]
    public static partial nuint EVP_PKEY_get1_encoded_public_key(nint key, byte** encoding);

    [LibraryImport(Library)]
    public static partial nint EVP_PKEY_new();

    [LibraryImport(Library)]
    public static partial void EVP_PKEY_free(nint key);

    [LibraryImport(Library)]
    public static partial int EVP_PKEY_copy_parameters(nint to, nint from);

    [LibraryImport(Library)]
    public static partial int EVP_PKEY_set1_encoded_public_key(nint key, byte* encoding, nuint length);

    [LibraryImport(Library)]
    public static partial int EVP_PKEY_derive_init(nint context);

    [LibraryImport(Library)]
    public static partial int EVP_PKEY_derive_set_peer_ex(nint context, nint peer, int validate);

    [LibraryImport(Library)]
    public static partial int EVP_PKEY_derive(nint context, byte* secret, nuint* length);

    [LibraryImport(Library)]
    public static partial void CRYPTO_free(void* memory, byte* file, int line);

    [LibraryImport(Library)]
    public static partial void ERR_clear_error();
}
