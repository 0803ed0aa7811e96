using LoadGen.Core.Handshakes;

namespace LoadGen.TestServers.Servers;

/// <summary>One TLS connection as nginx saw it, whose handshake was completed.</summary>
/// <param name="TlsVersion">The version.</param>
/// <param name="CipherSuite">The suite's IANA name.</param>
/// <param name="Group">The IANA name of the key exchange group; <see langword="null"/> where there was none.</param>
/// <param name="Resumed">Whether it resumed a session.</param>
public sealed record NginxSession(TlsVersion TlsVersion, string CipherSuite, string? Group, bool Resumed)
{
    /// <summary>The value of <c>log_format</c> that <see cref="TryParse"/> reads.</summary>
    internal const string LogFormat = "$ssl_protocol $ssl_cipher $ssl_curve $ssl_session_reused $status";

    private const string Absent = "-";
    private const string Success = "200";

    /// <summary>Reads a line of the log; none for a connection whose handshake failed.</summary>
    /// <exception cref="FormatException">The line is of another format.</exception>
    internal static NginxSession? TryParse(string line)
    {
        if (line.Split(' ') is not [var protocol, var cipher, var curve, var reused, var status])
        {
            throw new FormatException($"Not a line of the session log: '{line}'.");
        }

        if (status != Success)
        {
            return null;
        }

        var version = protocol switch
        {
            "TLSv1.2" => TlsVersion.Tls12,
            "TLSv1.3" => TlsVersion.Tls13,
            _ => throw new FormatException($"Unknown version '{protocol}'."),
        };
        return new NginxSession(version, OpensslNames.Suite(cipher), curve == Absent ? null : OpensslNames.Group(curve), reused == "r");
    }
}
