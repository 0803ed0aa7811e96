using System.Security.Cryptography.X509Certificates;
using LoadGen.Core.Handshakes;

namespace LoadGen.TestServers.Servers;

/// <summary>
/// What <c>gnutls-serv</c> writes of its handshakes: for each, once it is complete, many lines of <c>- Name: value</c>, with
/// the client's certificates in PEM among them.
/// </summary>
internal sealed class GnutlsReport
{
    private const string FirstLine = "* Accepted connection from ";
    private const string LastLine = "- Channel bindings";
    private const string ResumedLine = "*** This is a resumed session";
    private const string CertificateBegins = "-----BEGIN CERTIFICATE-----";
    private const string CertificateEnds = "-----END CERTIFICATE-----";

    private readonly List<string> _lines = [];

    /// <summary>Whether a line ends what matters of a report.</summary>
    public static bool IsLast(string line) => line == LastLine;

    /// <summary>The handshakes whose reports are complete.</summary>
    public static List<ServerHandshake> ParseAll(IReadOnlyList<string> lines)
    {
        var handshakes = new List<ServerHandshake>();
        var report = new GnutlsReport();
        foreach (var line in lines)
        {
            if (line.StartsWith(FirstLine, StringComparison.Ordinal))
            {
                report = new GnutlsReport();
            }

            report._lines.Add(line);
            if (IsLast(line))
            {
                handshakes.Add(report.Parse());
            }
        }

        return handshakes;
    }

    private ServerHandshake Parse()
    {
        var version = Value("- Version: ") switch
        {
            "TLS1.2" => TlsVersion.Tls12,
            "TLS1.3" => TlsVersion.Tls13,
            var other => throw new FormatException($"Unknown version '{other}'."),
        };
        var keyExchange = version == TlsVersion.Tls13 ? null : Value("- Key Exchange: ");
        return new ServerHandshake(
            version,
            GnutlsNames.Suite(keyExchange, Value("- Cipher: ")!, Value("- MAC: ")!),
            Value(" - Using curve: ") is { } group ? GnutlsNames.Group(group) : null,
            _lines.Contains(ResumedLine))
        {
            ClientSubject = Subject(),
            ServerName = Value("- Given server name[1]: "),
            ApplicationProtocol = Value("- Application protocol: "),
        };
    }

    private string? Value(string prefix)
        => _lines.Find(line => line.StartsWith(prefix, StringComparison.Ordinal))?[prefix.Length..].Trim();

    // The client's own certificate is the first.
    private string? Subject()
    {
        var begins = _lines.IndexOf(CertificateBegins);
        if (begins < 0)
        {
            return null;
        }

        var ends = _lines.IndexOf(CertificateEnds, begins);
        using var certificate = X509Certificate2.CreateFromPem(string.Join('\n', _lines[begins..(ends + 1)]));
        return certificate.Subject;
    }
}
