using Org.BouncyCastle.Crypto;
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

    protected override AsymmetricKeyParameter GetPublicKey() => _key ??= base.GetPublicKey();
}
