using System.Formats.Asn1;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using LoadGen.Core.Handshakes;

namespace LoadGen.TestServers.Servers;

/// <summary>
/// The form in which OpenSSL writes a session, its <c>SSL_SESSION_ASN1</c>: version of the structure, version of the
/// protocol, suite, and tagged fields.
/// </summary>
internal static class OpensslSession
{
    private static readonly Asn1Tag CertificateTag = new(TagClass.ContextSpecific, 3, isConstructed: true);
    private static readonly Asn1Tag GroupTag = new(TagClass.ContextSpecific, 19, isConstructed: true);

    /// <summary>The handshake of which it came, as a full one: a session does not tell.</summary>
    public static ServerHandshake Parse(byte[] session)
    {
        var fields = new AsnReader(session, AsnEncodingRules.DER).ReadSequence();
        fields.ReadInteger();
        var version = (TlsVersion)(int)fields.ReadInteger();
        var suite = fields.ReadOctetString();
        string? group = null;
        string? subject = null;
        while (fields.HasData)
        {
            var tag = fields.PeekTag();
            if (tag.HasSameClassAndValue(GroupTag))
            {
                group = GroupName((int)fields.ReadSequence(GroupTag).ReadInteger());
            }
            else if (tag.HasSameClassAndValue(CertificateTag))
            {
                using var certificate = X509CertificateLoader.LoadCertificate(fields.ReadSequence(CertificateTag).ReadEncodedValue().Span);
                subject = certificate.Subject;
            }
            else
            {
                fields.ReadEncodedValue();
            }
        }

        return new ServerHandshake(version, ((TlsCipherSuite)((suite[0] << 8) | suite[1])).ToString(), group, Resumed: false) { ClientSubject = subject };
    }

    // IANA, "TLS Supported Groups".
    private static string? GroupName(int code) => code switch
    {
        0 => null,
        23 => "secp256r1",
        24 => "secp384r1",
        25 => "secp521r1",
        29 => "x25519",
        30 => "x448",
        256 => "ffdhe2048",
        257 => "ffdhe3072",
        258 => "ffdhe4096",
        4587 => "SecP256r1MLKEM768",
        4588 => "X25519MLKEM768",
        4589 => "SecP384r1MLKEM1024",
        _ => $"0x{code:x4}",
    };
}
