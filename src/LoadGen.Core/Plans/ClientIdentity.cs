namespace LoadGen.Core.Plans;

/// <summary>A client certificate and its key, as texts rather than paths, so that a plan can travel to other hosts.</summary>
/// <param name="CertificatePem">The certificate, then its intermediates.</param>
/// <param name="KeyPem">The private key in PKCS #8, not encrypted.</param>
public sealed record ClientIdentity(string CertificatePem, string KeyPem)
{
    /// <summary>Without the key, which must not get into a log.</summary>
    public override string ToString() => "a client certificate and its key";
}
