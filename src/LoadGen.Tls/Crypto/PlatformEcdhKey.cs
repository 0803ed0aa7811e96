using System.Security.Cryptography;

namespace LoadGen.Tls.Crypto;

/// <summary>A key by .NET's ECDH.</summary>
internal sealed class PlatformEcdhKey : EcdhKey
{
    private readonly NistCurve _curve;
    private readonly ECDiffieHellman _key;

    public PlatformEcdhKey(NistCurve curve)
    {
        _curve = curve;
        _key = ECDiffieHellman.Create(curve.Curve);
        var point = _key.ExportParameters(includePrivateParameters: false).Q;
        PublicPoint = [Uncompressed, .. point.X!, .. point.Y!];
    }

    public override byte[] PublicPoint { get; }

    public override void Dispose() => _key.Dispose();

    public override byte[]? Derive(byte[] peerPoint)
    {
        var bytes = _curve.CoordinateBytes;
        try
        {
            using var peer = ECDiffieHellman.Create(new ECParameters
            {
                Curve = _curve.Curve,
                Q = new ECPoint { X = peerPoint[1..(1 + bytes)], Y = peerPoint[(1 + bytes)..] },
            });
            return _key.DeriveRawSecretAgreement(peer.PublicKey);
        }
        catch (CryptographicException)
        {
            // The point is not on the curve.
            return null;
        }
    }
}
