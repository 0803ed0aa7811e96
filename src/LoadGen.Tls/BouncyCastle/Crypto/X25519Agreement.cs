using System.Security.Cryptography;
using LoadGen.Tls.Crypto;
using Org.BouncyCastle.Tls;
using Org.BouncyCastle.Tls.Crypto;
using Org.BouncyCastle.Tls.Crypto.Impl.BC;

namespace LoadGen.Tls.BouncyCastle.Crypto;

/// <summary>X25519 (RFC 7748) by libsodium, with a new key for each handshake.</summary>
internal sealed class X25519Agreement(BcTlsCrypto crypto) : TlsECDomain, TlsAgreement
{
    private const int KeyBytes = 32;

    private readonly byte[] _privateKey = new byte[KeyBytes];
    private byte[]? _share;
    private byte[] _peer = [];

    public TlsAgreement CreateECDH() => this;

    // A second call comes when the key was made ahead, or where key shares are reused.
    public byte[] GenerateEphemeral()
    {
        if (_share is null)
        {
            RandomNumberGenerator.Fill(_privateKey);
            _share = new byte[KeyBytes];
            Sodium.ScalarMultiplyBase(_share, _privateKey);
        }

        return _share;
    }

    public void ReceivePeerValue(byte[] peerValue)
        => _peer = peerValue?.Length == KeyBytes ? peerValue : throw new TlsFatalAlert(AlertDescription.illegal_parameter);

    public TlsSecret CalculateSecret()
    {
        var shared = new byte[KeyBytes];

        // RFC 8446 section 7.4.2: an output of zeros, from a peer's key of low order, must end the handshake.
        return Sodium.ScalarMultiply(shared, _privateKey, _peer) == 0
            ? new NativeSecret(crypto, shared)
            : throw new TlsFatalAlert(AlertDescription.illegal_parameter);
    }
}
