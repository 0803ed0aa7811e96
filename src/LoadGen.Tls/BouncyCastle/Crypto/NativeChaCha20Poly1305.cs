using System.Security.Cryptography;

namespace LoadGen.Tls.BouncyCastle.Crypto;

/// <summary>ChaCha20-Poly1305 (RFC 8439).</summary>
internal sealed class NativeChaCha20Poly1305(bool isEncrypting) : NativeAead(isEncrypting)
{
    private ChaCha20Poly1305? _cipher;

    public override void Dispose() => _cipher?.Dispose();

    protected override void UseKey(ReadOnlySpan<byte> key, int tagBytes)
    {
        _cipher?.Dispose();
        _cipher = new ChaCha20Poly1305(key);
    }

    protected override void Encrypt(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> plaintext, Span<byte> ciphertext, Span<byte> tag, ReadOnlySpan<byte> additionalData)
        => _cipher!.Encrypt(nonce, plaintext, ciphertext, tag, additionalData);

    protected override void Decrypt(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> ciphertext, ReadOnlySpan<byte> tag, Span<byte> plaintext, ReadOnlySpan<byte> additionalData)
        => _cipher!.Decrypt(nonce, ciphertext, tag, plaintext, additionalData);
}
