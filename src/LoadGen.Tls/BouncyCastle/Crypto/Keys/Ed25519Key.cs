using LoadGen.Tls.Crypto;
using Org.BouncyCastle.Tls;

namespace LoadGen.Tls.BouncyCastle.Crypto.Keys;

/// <summary>An Ed25519 key (RFC 8032), by libsodium.</summary>
internal sealed class Ed25519Key : NativeKey
{
    private readonly byte[] _key;

    private Ed25519Key(byte[] key) => _key = key;

    public static Ed25519Key? Of(byte[] key) => Sodium.IsAvailable && key.Length == Sodium.Ed25519KeyBytes ? new Ed25519Key(key) : null;

    public override bool Verifies(int signatureScheme) => signatureScheme == SignatureScheme.ed25519;

    // It signs messages, never hashes: TLS 1.2 asks for the whole message too (RFC 8422 section 5.10).
    public override bool VerifiesHashBy(int signatureScheme) => false;

    public override bool Verify(int signatureScheme, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
        => signature.Length == Sodium.Ed25519SignatureBytes && Sodium.Ed25519Verify(signature, message, (ulong)message.Length, _key) == 0;

    public override bool VerifyHash(int signatureScheme, ReadOnlySpan<byte> hash, ReadOnlySpan<byte> signature)
        => throw new NotSupportedException("Ed25519 signs messages, not hashes");
}
