using LoadGen.Tls.BouncyCastle.Crypto.Keys;
using Org.BouncyCastle.Tls;
using Org.BouncyCastle.Tls.Crypto;

namespace LoadGen.Tls.BouncyCastle.Crypto;

/// <summary>Verifies the signature of a TLS 1.2 ServerKeyExchange natively; older versions' kinds of it by BouncyCastle's own code.</summary>
internal sealed class NativeVerifier12(NativeKey key, TlsVerifier managed) : TlsVerifier
{
    public TlsStreamVerifier? GetStreamVerifier(DigitallySigned digitallySigned) => managed.GetStreamVerifier(digitallySigned);

    public bool VerifyRawSignature(DigitallySigned digitallySigned, byte[] hash)
        => digitallySigned.Algorithm is { } algorithm && SignatureScheme.From(algorithm) is var scheme && key.VerifiesHashBy(scheme)
            ? key.VerifyHash(scheme, hash, digitallySigned.Signature)
            : managed.VerifyRawSignature(digitallySigned, hash);
}
