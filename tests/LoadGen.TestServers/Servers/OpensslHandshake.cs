using System.Formats.Asn1;
using System.Net.Security;
using LoadGen.Core.Handshakes;

namespace LoadGen.TestServers.Servers;

/// <summary>One handshake as <c>openssl s_server</c> reports it.</summary>
/// <param name="TlsVersion">The version.</param>
/// <param name="CipherSuite">The suite's IANA name.</param>
/// <param name="GroupCode">The group's code (IANA, "TLS Supported Groups"), where a key exchange was made and the session tells.</param>
/// <param name="Resumed">Whether it resumed a session.</param>
public sealed record OpensslHandshake(TlsVersion TlsVersion, string CipherSuite, ushort? GroupCode, bool Resumed)
{
    private const string SessionBegins = "-----BEGIN SSL SESSION PARAMETERS-----";
    private const string SessionEnds = "-----END SSL SESSION PARAMETERS-----";
    private const string CipherLine = "CIPHER is ";
    private const string ResumedLine = "Reused session-id";

    private static readonly Asn1Tag GroupTag = new(TagClass.ContextSpecific, 19, isConstructed: true);

    // A report is the session in PEM, some lists, the cipher, then either "Reused session-id" at once or not.
    internal static List<OpensslHandshake> ParseAll(IReadOnlyList<string> lines)
    {
        var handshakes = new List<OpensslHandshake>();
        OpensslHandshake? session = null;
        for (var i = 0; i < lines.Count; i++)
        {
            if (lines[i] == SessionBegins)
            {
                var body = lines.Skip(i + 1).TakeWhile(line => line != SessionEnds);
                session = Parse(Convert.FromBase64String(string.Concat(body)));
            }
            else if (lines[i].StartsWith(CipherLine, StringComparison.Ordinal) && session is not null)
            {
                handshakes.Add(session);
                session = null;
            }
            else if (lines[i] == ResumedLine)
            {
                handshakes[^1] = handshakes[^1] with { Resumed = true };
            }
        }

        return handshakes;
    }

    // OpenSSL's SSL_SESSION_ASN1: version of the structure, version of the protocol, suite, and tagged fields, of which
    // the one with tag 19 is the group.
    private static OpensslHandshake Parse(byte[] session)
    {
        var fields = new AsnReader(session, AsnEncodingRules.DER).ReadSequence();
        fields.ReadInteger();
        var version = (TlsVersion)(int)fields.ReadInteger();
        var suite = fields.ReadOctetString();
        ushort? group = null;
        while (fields.HasData)
        {
            if (fields.PeekTag().HasSameClassAndValue(GroupTag))
            {
                group = (ushort)fields.ReadSequence(GroupTag).ReadInteger();
            }
            else
            {
                fields.ReadEncodedValue();
            }
        }

        return new OpensslHandshake(version, ((TlsCipherSuite)((suite[0] << 8) | suite[1])).ToString(), group, Resumed: false);
    }
}
