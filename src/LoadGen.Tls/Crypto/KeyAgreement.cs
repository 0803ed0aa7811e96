using System.Security.Cryptography;
using LoadGen.Tls.Offers;

namespace LoadGen.Tls.Crypto;

/// <summary>
/// The client's side of one key agreement: an ephemeral private key, made with the object, and the share that goes to the
/// server. Disposing it frees the private key. For one thread at a time.
/// </summary>
internal abstract class KeyAgreement : IDisposable
{
    /// <summary>Our public value, as key_share (RFC 8446 section 4.2.8) and ClientKeyExchange (RFC 8422 section 5.7) carry it.</summary>
    public abstract ReadOnlySpan<byte> Share { get; }

    /// <summary>The length of the shared secret in bytes.</summary>
    public abstract int SecretBytes { get; }

    /// <summary>Whether the platform's libraries agree on keys in a group, or in both parts of a hybrid group.</summary>
    public static bool Supports(TlsGroup group) => group switch
    {
        TlsGroup.secp256r1 or TlsGroup.secp384r1 or TlsGroup.secp521r1 => true,
        TlsGroup.x25519 or TlsGroup.MLKEM768 or TlsGroup.X25519MLKEM768 or TlsGroup.SecP256r1MLKEM768 => Sodium.IsAvailable,
        _ => false,
    };

    /// <summary>Makes a new key in a supported group.</summary>
    /// <exception cref="CryptographicException">The library made no key.</exception>
    public static KeyAgreement Create(TlsGroup group) => group switch
    {
        TlsGroup.x25519 => X25519Agreement.Create(),
        TlsGroup.MLKEM768 => MLKem768Agreement.Create(),
        TlsGroup.X25519MLKEM768 => new HybridAgreement(MLKem768Agreement.Create(), Sodium.MLKem768CiphertextBytes, X25519Agreement.Create()),
        TlsGroup.SecP256r1MLKEM768 => new HybridAgreement(NistAgreement.Create(NistCurve.P256), NistCurve.P256.PointBytes, MLKem768Agreement.Create()),
        _ => NistAgreement.Create(NistCurve.Of(group)),
    };

    /// <summary>Whether a server's value has the length and form of this group; whether it is on the curve is not checked yet.</summary>
    public abstract bool IsWellFormed(ReadOnlySpan<byte> peerShare);

    /// <summary>Computes the shared secret.</summary>
    /// <param name="peerShare">The server's value: a public key, or the ciphertext of a KEM.</param>
    /// <param name="secret">Receives <see cref="SecretBytes"/> bytes.</param>
    /// <returns>Whether the server's value is valid; illegal_parameter answers one that is not.</returns>
    public abstract bool TryAgree(ReadOnlySpan<byte> peerShare, Span<byte> secret);

    public abstract void Dispose();
}

/// <summary>X25519 (RFC 7748) by libsodium.</summary>
internal sealed class X25519Agreement : KeyAgreement
{
    private const int KeyBytes = 32;

    private readonly byte[] _privateKey;
    private readonly byte[] _share = new byte[KeyBytes];

    public X25519Agreement(byte[] privateKey)
    {
        _privateKey = privateKey;
        _ = Sodium.ScalarMultiplyBase(_share, privateKey);
    }

    public override ReadOnlySpan<byte> Share => _share;

    public override int SecretBytes => KeyBytes;

    public static X25519Agreement Create() => new(RandomNumberGenerator.GetBytes(KeyBytes));

    public override bool IsWellFormed(ReadOnlySpan<byte> peerShare) => peerShare.Length == KeyBytes;

    // RFC 8446 section 7.4.2: a result of zeros, from a key of low order, must end the handshake. libsodium reports it.
    public override bool TryAgree(ReadOnlySpan<byte> peerShare, Span<byte> secret)
        => IsWellFormed(peerShare) && Sodium.ScalarMultiply(secret[..KeyBytes], _privateKey, peerShare) == 0;

    public override void Dispose() => CryptographicOperations.ZeroMemory(_privateKey);
}

/// <summary>ML-KEM-768 (FIPS 203) by libsodium: our share is the encapsulation key, the server's the ciphertext.</summary>
internal sealed class MLKem768Agreement(byte[] share, byte[] secretKey) : KeyAgreement
{
    public override ReadOnlySpan<byte> Share => share;

    public override int SecretBytes => Sodium.MLKem768SharedSecretBytes;

    public static MLKem768Agreement Create()
    {
        var share = new byte[Sodium.MLKem768PublicKeyBytes];
        var secretKey = new byte[Sodium.MLKem768SecretKeyBytes];
        return Sodium.MLKem768KeyPair(share, secretKey) == 0
            ? new MLKem768Agreement(share, secretKey)
            : throw new CryptographicException("libsodium made no ML-KEM-768 key");
    }

    public override bool IsWellFormed(ReadOnlySpan<byte> peerShare) => peerShare.Length == Sodium.MLKem768CiphertextBytes;

    // A ciphertext for another key gives another secret, not an error (implicit rejection, FIPS 203 section 6.3).
    public override bool TryAgree(ReadOnlySpan<byte> peerShare, Span<byte> secret)
        => IsWellFormed(peerShare) && Sodium.MLKem768Decapsulate(secret[..Sodium.MLKem768SharedSecretBytes], peerShare, secretKey) == 0;

    public override void Dispose() => CryptographicOperations.ZeroMemory(secretKey);
}

/// <summary>
/// A hybrid group (draft-ietf-tls-ecdhe-mlkem): shares and secrets of both parts, one after the other. It is as strong as the stronger
/// part.
/// </summary>
/// <param name="first">The part whose share and secret come first.</param>
/// <param name="firstPeerBytes">The length of the server's value for it.</param>
/// <param name="second">The other part.</param>
internal sealed class HybridAgreement(KeyAgreement first, int firstPeerBytes, KeyAgreement second) : KeyAgreement
{
    private readonly byte[] _share = [.. first.Share, .. second.Share];

    public override ReadOnlySpan<byte> Share => _share;

    public override int SecretBytes => first.SecretBytes + second.SecretBytes;

    public override bool IsWellFormed(ReadOnlySpan<byte> peerShare)
        => peerShare.Length >= firstPeerBytes && first.IsWellFormed(peerShare[..firstPeerBytes]) && second.IsWellFormed(peerShare[firstPeerBytes..]);

    public override bool TryAgree(ReadOnlySpan<byte> peerShare, Span<byte> secret)
        => IsWellFormed(peerShare)
            && first.TryAgree(peerShare[..firstPeerBytes], secret[..first.SecretBytes])
            && second.TryAgree(peerShare[firstPeerBytes..], secret[first.SecretBytes..]);

    public override void Dispose()
    {
        first.Dispose();
        second.Dispose();
    }
}
