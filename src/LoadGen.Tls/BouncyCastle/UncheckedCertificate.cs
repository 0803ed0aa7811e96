using Org.BouncyCastle.Tls;
using Org.BouncyCastle.Tls.Crypto;
using Org.BouncyCastle.Tls.Crypto.Impl.BC;

namespace LoadGen.Tls.BouncyCastle;

/// <summary>
/// A certificate whose handshake signatures all pass unseen: for the handshakes of lean checks whose signature is not checked.
/// </summary>
internal sealed class UncheckedCertificate(BcTlsCrypto crypto, byte[] encoding) : ParsedCertificate(crypto, encoding)
{
    public override Tls13Verifier CreateVerifier(int signatureScheme) => PassingVerifier.Instance;

    public override TlsVerifier CreateVerifier(short signatureAlgorithm) => PassingVerifier.Instance;

    private sealed class PassingVerifier : Tls13Verifier, TlsVerifier, TlsStreamVerifier
    {
        public static PassingVerifier Instance { get; } = new();

        public Stream Stream => Stream.Null;

        public bool VerifySignature(byte[] signature) => true;

        // The stream takes the signed content, so that it is not even hashed.
        public TlsStreamVerifier GetStreamVerifier(DigitallySigned digitallySigned) => this;

        public bool VerifyRawSignature(DigitallySigned digitallySigned, byte[] hash) => true;

        public bool IsVerified() => true;
    }
}
