using System.Security.Cryptography;

namespace LoadGen.Tls.Crypto;

/// <summary>A curve of NIST SP 800-186.</summary>
/// <param name="Nid">OpenSSL's number for it.</param>
/// <param name="CoordinateBytes">The length of a coordinate.</param>
/// <param name="Curve">.NET's name for it.</param>
internal sealed record NistCurve(int Nid, int CoordinateBytes, ECCurve Curve)
{
    public static NistCurve P256 { get; } = new(415, 32, ECCurve.NamedCurves.nistP256);

    public static NistCurve P384 { get; } = new(715, 48, ECCurve.NamedCurves.nistP384);

    public static NistCurve P521 { get; } = new(716, 66, ECCurve.NamedCurves.nistP521);
}
