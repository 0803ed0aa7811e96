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

    /// <summary>Whether a peer's value has the form of a point of the curve; it may still lie beside the curve.</summary>
    public static bool IsUncompressedPoint(NistCurve curve, byte[]? value)
        => value?.Length == 1 + (2 * curve.CoordinateBytes) && value[0] == Uncompressed;

    /// <summary>The x coordinate of the shared point; <see langword="null"/> if the peer's point is not on the curve.</summary>
    public abstract byte[]? Derive(byte[] peerPoint);

    public abstract void Dispose();
}
