using Org.BouncyCastle.Tls;
using Org.BouncyCastle.Tls.Crypto;
using Org.BouncyCastle.Tls.Crypto.Impl.BC;

namespace LoadGen.Tls.BouncyCastle;

/// <summary>The cryptography of one connection slot; certificates are shared with all the others.</summary>
internal sealed class ClientCrypto(CertificateStore certificates) : BcTlsCrypto
{
    public override TlsCertificate CreateCertificate(short type, byte[] encoding)
        => type == CertificateType.X509 ? certificates.Get(encoding) : base.CreateCertificate(type, encoding);
}
