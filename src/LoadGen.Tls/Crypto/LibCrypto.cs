using System.Runtime.InteropServices;

namespace LoadGen.Tls.Crypto;

/// <summary>
/// The functions of OpenSSL's libcrypto that .NET does not expose, or only at a higher cost. Where the library or any of the
/// functions is missing, .NET's own cryptography takes their place.
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

    /// <summary>Whether the library and all the functions were found.</summary>
    public static bool IsAvailable { get; } = OperatingSystem.IsLinux()
        && NativeLibrary.TryLoad(Library, out var library)
        && Array.TrueForAll(Needed, name => NativeLibrary.TryGetExport(library, name, out _));

    // On the short messages they get, these run for a fraction of a microsecond, less than a transition to native code costs.
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

    // For SHA-384 too.
    [LibraryImport(Library)]
    [SuppressGCTransition]
    public static partial int SHA512_Update(byte* context, byte* data, nuint length);

    [LibraryImport(Library)]
    [SuppressGCTransition]
    public static partial int SHA512_Final(byte* digest, byte* context);

    [LibraryImport(Library)]
    public static partial EvpContextHandle EVP_PKEY_CTX_new_id(int id, nint engine);

    [LibraryImport(Library)]
    public static partial EvpContextHandle EVP_PKEY_CTX_new(EvpKeyHandle key, nint engine);

    [LibraryImport(Library)]
    public static partial void EVP_PKEY_CTX_free(nint context);

    [LibraryImport(Library)]
    public static partial int EVP_PKEY_keygen_init(EvpContextHandle context);

    [LibraryImport(Library)]
    public static partial int EVP_PKEY_CTX_set_ec_paramgen_curve_nid(EvpContextHandle context, int nid);

    /// <param name="context">A context that is initialised for key generation.</param>
    /// <param name="key">Receives the key; it must be 0 before.</param>
    [LibraryImport(Library)]
    public static partial int EVP_PKEY_keygen(EvpContextHandle context, ref nint key);

    [LibraryImport(Library)]
    public static partial nuint EVP_PKEY_get1_encoded_public_key(EvpKeyHandle key, out byte* encoding);

    [LibraryImport(Library)]
    public static partial EvpKeyHandle EVP_PKEY_new();

    [LibraryImport(Library)]
    public static partial void EVP_PKEY_free(nint key);

    [LibraryImport(Library)]
    public static partial int EVP_PKEY_copy_parameters(EvpKeyHandle to, EvpKeyHandle from);

    [LibraryImport(Library)]
    public static partial int EVP_PKEY_set1_encoded_public_key(EvpKeyHandle key, ReadOnlySpan<byte> encoding, nuint length);

    [LibraryImport(Library)]
    public static partial int EVP_PKEY_derive_init(EvpContextHandle context);

    [LibraryImport(Library)]
    public static partial int EVP_PKEY_derive_set_peer_ex(EvpContextHandle context, EvpKeyHandle peer, int validate);

    [LibraryImport(Library)]
    public static partial int EVP_PKEY_derive(EvpContextHandle context, Span<byte> secret, ref nuint length);

    [LibraryImport(Library)]
    public static partial void CRYPTO_free(void* memory, byte* file, int line);

    [LibraryImport(Library)]
    public static partial void ERR_clear_error();
}

/// <summary>An EVP_PKEY: a key of libcrypto.</summary>
internal sealed class EvpKeyHandle : SafeHandle
{
    public EvpKeyHandle()
        : this(0)
    {
    }

    public EvpKeyHandle(nint key)
        : base(0, ownsHandle: true) => SetHandle(key);

    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        LibCrypto.EVP_PKEY_free(handle);
        return true;
    }
}

/// <summary>An EVP_PKEY_CTX: an operation of libcrypto with a key. For one thread at a time.</summary>
internal sealed class EvpContextHandle() : SafeHandle(0, ownsHandle: true)
{
    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        LibCrypto.EVP_PKEY_CTX_free(handle);
        return true;
    }
}
