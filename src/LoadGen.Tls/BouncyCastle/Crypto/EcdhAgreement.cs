using LoadGen.Tls.Crypto;
using Org.BouncyCastle.Tls;
using Org.BouncyCastle.Tls.Crypto;

namespace LoadGen.Tls.BouncyCastle.Crypto;

/// <summary>ECDH on a NIST curve (SEC 1) by the platform.</summary>
internal sealed class EcdhAgreement(NativeTlsCrypto crypto, NistCurve curve) : TlsECDomain, TlsAgreement, IDisposable
{
    private EcdhKey? _own;
    private byte[] _peer = [];

    public TlsAgreement CreateECDH() => this;

    // A second call comes when the key was made ahead, or where key shares are reused.
    public byte[] GenerateEphemeral() => (_own ??= EcdhKey.Create(curve)).PublicPoint;

    public void ReceivePeerValue(byte[] peerValue)
        => _peer = EcdhKey.IsUncompressedPoint(curve, peerValue) ? peerValue : throw new TlsFatalAlert(AlertDescription.illegal_parameter);

    public TlsSecret CalculateSecret() => _own!.Derive(_peer) is { } secret
        ? new NativeSecret(crypto, secret)
        : throw new TlsFatalAlert(AlertDescription.illegal_parameter);

    public void Dispose() => _own?.Dispose();
}
