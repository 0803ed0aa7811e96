using System.Security.Cryptography;
using Org.BouncyCastle.Tls;
using Org.BouncyCastle.Tls.Crypto;

namespace LoadGen.Tls.BouncyCastle.Crypto;

/// <summary>ECDH on a NIST curve (SEC 1) by the platform, with a new key for each handshake.</summary>
internal sealed class EcdhAgreement(NativeTlsCrypto crypto, ECCurve curve, int coordinateBytes) : TlsECDomain, TlsAgreement, IDisposable
{
    // SEC 1 section 2.3.3: this byte, then both coordinates. TLS 1.3 knows no other form (RFC 8446 section 4.2.8.2).
    private const byte Uncompressed = 4;

    private ECDiffieHellman? _own;
    private byte[]? _share;
    private byte[] _peer = [];

    public TlsAgreement CreateECDH() => this;

    // A second call comes only where key shares are reused.
    public byte[] GenerateEphemeral()
    {
        if (_share is null)
        {
            _own = ECDiffieHellman.Create(curve);
            var point = _own.ExportParameters(includePrivateParameters: false).Q;
            _share = [Uncompressed, .. point.X!, .. point.Y!];
        }

        return _share;
    }

    public void ReceivePeerValue(byte[] peerValue)
        => _peer = peerValue?.Length == 1 + (2 * coordinateBytes) && peerValue[0] == Uncompressed
            ? peerValue
            : throw new TlsFatalAlert(AlertDescription.illegal_parameter);

    public TlsSecret CalculateSecret()
    {
        try
        {
            using var peer = ECDiffieHellman.Create(new ECParameters
            {
                Curve = curve,
                Q = new ECPoint { X = _peer[1..(1 + coordinateBytes)], Y = _peer[(1 + coordinateBytes)..] },
            });
            return new NativeSecret(crypto, _own!.DeriveRawSecretAgreement(peer.PublicKey));
        }
        catch (CryptographicException error)
        {
            // The point is not on the curve.
            throw new TlsFatalAlert(AlertDescription.illegal_parameter, error);
        }
    }

    public void Dispose() => _own?.Dispose();
}
