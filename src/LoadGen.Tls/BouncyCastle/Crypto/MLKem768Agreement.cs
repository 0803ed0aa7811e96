using LoadGen.Tls.Crypto;
using Org.BouncyCastle.Tls;
using Org.BouncyCastle.Tls.Crypto;
using Org.BouncyCastle.Tls.Crypto.Impl.BC;

namespace LoadGen.Tls.BouncyCastle.Crypto;

/// <summary>The client's side of ML-KEM-768 (FIPS 203) by libsodium, with a new key for each handshake.</summary>
internal sealed class MLKem768Agreement(BcTlsCrypto crypto) : TlsKemDomain, TlsAgreement
{
    private byte[]? _publicKey;
    private byte[] _secretKey = [];
    private byte[] _ciphertext = [];

    public TlsAgreement CreateKem() => this;

    // A second call comes when the key was made ahead, or where key shares are reused.
    public byte[] GenerateEphemeral()
    {
        if (_publicKey is null)
        {
            var publicKey = new byte[Sodium.MLKem768PublicKeyBytes];
            _secretKey = new byte[Sodium.MLKem768SecretKeyBytes];
            _publicKey = Sodium.MLKem768KeyPair(publicKey, _secretKey) == 0 ? publicKey : throw new TlsFatalAlert(AlertDescription.internal_error);
        }

        return _publicKey;
    }

    public void ReceivePeerValue(byte[] peerValue)
        => _ciphertext = peerValue?.Length == Sodium.MLKem768CiphertextBytes ? peerValue : throw new TlsFatalAlert(AlertDescription.illegal_parameter);

    public TlsSecret CalculateSecret()
    {
        var shared = new byte[Sodium.MLKem768SharedSecretBytes];

        // A ciphertext that does not belong to the key gives another secret, not an error (implicit rejection, FIPS 203 section 6.3).
        return Sodium.MLKem768Decapsulate(shared, _ciphertext, _secretKey) == 0
            ? new NativeSecret(crypto, shared)
            : throw new TlsFatalAlert(AlertDescription.internal_error);
    }
}
