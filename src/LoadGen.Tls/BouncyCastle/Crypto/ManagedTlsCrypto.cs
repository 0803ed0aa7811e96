using Org.BouncyCastle.Tls;
using Org.BouncyCastle.Tls.Crypto;
using Org.BouncyCastle.Tls.Crypto.Impl.BC;

namespace LoadGen.Tls.BouncyCastle.Crypto;

/// <summary>BouncyCastle's own cryptography. One instance for one connection slot; certificates are shared with all the others.</summary>
internal sealed class ManagedTlsCrypto(CertificateStore certificates, SlotChecks checks) : BcTlsCrypto
{
    public override TlsCertificate CreateCertificate(short type, byte[] encoding)
        => type == CertificateType.X509 ? certificates.Get(encoding, checks.ChecksSignature) : base.CreateCertificate(type, encoding);
}
