using Org.BouncyCastle.Asn1.X9;
using Org.BouncyCastle.Crypto;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Tls;
using Org.BouncyCastle.Tls.Crypto;
using Org.BouncyCastle.Tls.Crypto.Impl.BC;

namespace LoadGen.Tls.BouncyCastle;

/// <summary>A certificate that is parsed once and keeps its encoding and its key. BouncyCastle's own makes both anew for each use.</summary>
internal class ParsedCertificate : BcTlsCertificate
{
    private readonly byte[] _encoding;
    private AsymmetricKeyParameter? _key;

    public ParsedCertificate(BcTlsCrypto crypto, byte[] encoding)
        : base(crypto, encoding)
    {
        _encoding = encoding;
    }

    public override byte[] GetEncoded() => _encoding;

    public override Tls13Verifier CreateVerifier(int signatureScheme)
        => IsForHandshakes(signatureScheme) ? base.CreateVerifier(signatureScheme) : throw new TlsFatalAlert(AlertDescription.illegal_parameter);

    protected override AsymmetricKeyParameter GetPublicKey() => _key ??= base.GetPublicKey();

    // In TLS 1.3 a scheme of ECDSA has the curve in it (RFC 8446 section 4.2.3); PKCS #1 v1.5 and SHA-1 sign certificates only
    // (section 4.4.3). BouncyCastle lets all of them pass.
    private bool IsForHandshakes(int signatureScheme) => SignatureScheme.GetNamedGroup(signatureScheme) switch
    {
        >= 0 and var group => GetPublicKey() is ECPublicKeyParameters key && ECNamedCurveTable.GetOid(NamedGroup.GetCurveName(group)).Equals(key.PublicKeyParamSet),
        _ => SignatureScheme.GetSignatureAlgorithm(signatureScheme) is not (SignatureAlgorithm.rsa or SignatureAlgorithm.ecdsa),
    };
}
