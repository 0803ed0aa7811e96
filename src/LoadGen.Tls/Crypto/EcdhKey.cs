namespace LoadGen.Tls.Crypto;

/// <summary>A new key on a NIST curve for one key agreement, by whichever library of the platform is cheapest.</summary>
internal abstract class EcdhKey : IDisposable
{
    // SEC 1 section 2.3.3: this byte, then both coordinates. TLS 1.3 knows no other form (RFC 8446 section 4.2.8.2).
    protected const byte Uncompressed = 4;

    /// <summary>The public key as an uncompressed point.</summary>
    public abstract byte[] PublicPoint { get; }

    /// <summary>Makes a key.</summary>
    public static EcdhKey Create(NistCurve curve) => LibCrypto.IsAvailable ? new LibCryptoEcdhKey(curve) : new PlatformEcdhKey(curve);

    /// <summary>The x coordinate of the shared point; <see langword="null"/> if the peer's point is not an uncompressed one of the curve.</summary>
    public byte[]? Derive(byte[] peerPoint)
        => peerPoint.Length == PublicPoint.Length && peerPoint[0] == Uncompressed ? DeriveFrom(peerPoint) : null;

    public abstract void Dispose();

    protected abstract byte[]? DeriveFrom(byte[] peerPoint);
}
