using LoadGen.Tls.BouncyCastle.Crypto.Keys;
using Org.BouncyCastle.Tls.Crypto;

namespace LoadGen.Tls.BouncyCastle.Crypto;

/// <summary>Verifies the signature of a TLS 1.3 CertificateVerify natively.</summary>
internal sealed class NativeVerifier13(NativeKey key, int signatureScheme) : Tls13Verifier
{
    // RFC 8446 section 4.4.3: 64 spaces, the context string with a zero, the hash of the transcript.
    private const int UsualBytes = 64 + 34 + 48;

    private readonly MemoryStream _message = new(UsualBytes);

    public Stream Stream => _message;

    public bool VerifySignature(byte[] signature)
    {
        // The caller has disposed the stream by now; its buffer stays readable.
        _message.TryGetBuffer(out var message);
        return key.Verify(signatureScheme, message, signature);
    }
}
