using System.Security.Cryptography;

namespace LoadGen.Tls.Crypto;

/// <summary>The record ciphers of TLS 1.2 and 1.3 that the platform computes.</summary>
internal enum AeadKind
{
    /// <summary>AES-GCM (NIST SP 800-38D) with a key of 16 or 32 bytes.</summary>
    AesGcm,

    /// <summary>ChaCha20-Poly1305 (RFC 8439) with a key of 32 bytes.</summary>
    ChaCha20Poly1305,
}

/// <summary>
/// One direction of a record cipher. The native key is made with the first record: of the four keys of a TLS 1.3 handshake two
/// are never used if no data follows it. For one thread at a time.
/// </summary>
internal abstract class Aead : IDisposable
{
    public const int NonceBytes = 12;

    public const int TagBytes = 16;

    private const int MostKeyBytes = 32;

    private readonly byte[] _key = new byte[MostKeyBytes];
    private int _unusedKeyBytes;

    /// <summary>Whether the platform computes it.</summary>
    public static bool Supports(AeadKind kind) => kind == AeadKind.AesGcm ? AesGcm.IsSupported : ChaCha20Poly1305.IsSupported;

    /// <summary>A cipher that has no key yet.</summary>
    public static Aead Create(AeadKind kind) => kind == AeadKind.AesGcm ? new AesGcmAead() : new ChaCha20Poly1305Aead();

    /// <summary>Sets or replaces the key.</summary>
    public void SetKey(ReadOnlySpan<byte> key)
    {
        key.CopyTo(_key);
        _unusedKeyBytes = key.Length;
    }

    /// <summary>Encrypts a record. The plaintext may lie in the output.</summary>
    /// <param name="nonce">12 bytes, never the same twice for one key.</param>
    /// <param name="plaintext">The record.</param>
    /// <param name="output">Receives the ciphertext and the tag, 16 bytes longer than the plaintext.</param>
    /// <param name="additionalData">What is authenticated and not encrypted.</param>
    public void Encrypt(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> plaintext, Span<byte> output, ReadOnlySpan<byte> additionalData)
    {
        UseKey();
        EncryptCore(nonce, plaintext, output[..plaintext.Length], output.Slice(plaintext.Length, TagBytes), additionalData);
    }

    /// <summary>Decrypts a record. The plaintext may overwrite the input.</summary>
    /// <param name="nonce">12 bytes.</param>
    /// <param name="input">The ciphertext and the tag.</param>
    /// <param name="plaintext">Receives the plaintext, 16 bytes shorter than the input.</param>
    /// <param name="additionalData">What was authenticated and not encrypted.</param>
    /// <returns>Whether the tag is valid; the plaintext must not be used otherwise.</returns>
    public bool TryDecrypt(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> input, Span<byte> plaintext, ReadOnlySpan<byte> additionalData)
    {
        var length = input.Length - TagBytes;
        if (length < 0)
        {
            return false;
        }

        UseKey();
        try
        {
            DecryptCore(nonce, input[..length], input[length..], plaintext[..length], additionalData);
            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }
    }

    public abstract void Dispose();

    protected abstract void CreateNative(ReadOnlySpan<byte> key);

    protected abstract void EncryptCore(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> plaintext, Span<byte> ciphertext, Span<byte> tag, ReadOnlySpan<byte> additionalData);

    protected abstract void DecryptCore(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> ciphertext, ReadOnlySpan<byte> tag, Span<byte> plaintext, ReadOnlySpan<byte> additionalData);

    private void UseKey()
    {
        if (_unusedKeyBytes > 0)
        {
            CreateNative(_key.AsSpan(0, _unusedKeyBytes));
            CryptographicOperations.ZeroMemory(_key);
            _unusedKeyBytes = 0;
        }
    }

    private sealed class AesGcmAead : Aead
    {
        private AesGcm? _native;

        public override void Dispose() => _native?.Dispose();

        protected override void CreateNative(ReadOnlySpan<byte> key)
        {
            _native?.Dispose();
            _native = new AesGcm(key, TagBytes);
        }

        protected override void EncryptCore(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> plaintext, Span<byte> ciphertext, Span<byte> tag, ReadOnlySpan<byte> additionalData)
            => _native!.Encrypt(nonce, plaintext, ciphertext, tag, additionalData);

        protected override void DecryptCore(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> ciphertext, ReadOnlySpan<byte> tag, Span<byte> plaintext, ReadOnlySpan<byte> additionalData)
            => _native!.Decrypt(nonce, ciphertext, tag, plaintext, additionalData);
    }

    private sealed class ChaCha20Poly1305Aead : Aead
    {
        private ChaCha20Poly1305? _native;

        public override void Dispose() => _native?.Dispose();

        protected override void CreateNative(ReadOnlySpan<byte> key)
        {
            _native?.Dispose();
            _native = new ChaCha20Poly1305(key);
        }

        protected override void EncryptCore(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> plaintext, Span<byte> ciphertext, Span<byte> tag, ReadOnlySpan<byte> additionalData)
            => _native!.Encrypt(nonce, plaintext, ciphertext, tag, additionalData);

        protected override void DecryptCore(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> ciphertext, ReadOnlySpan<byte> tag, Span<byte> plaintext, ReadOnlySpan<byte> additionalData)
            => _native!.Decrypt(nonce, ciphertext, tag, plaintext, additionalData);
    }
}
