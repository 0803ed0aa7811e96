using LoadGen.Core.Handshakes;

namespace LoadGen.TestServers.Servers;

/// <summary>The log in which nginx tells of its connections, a line each.</summary>
internal static class NginxLog
{
    /// <summary>The value of <c>log_format</c> that <see cref="TryParse"/> reads. Only the last may hold spaces.</summary>
    public const string Format =
        "$ssl_protocol $ssl_cipher $ssl_curve $ssl_session_reused $status $ssl_server_name $ssl_alpn_protocol $remote_addr $proxy_protocol_addr $ssl_client_s_dn";

    private const string Absent = "-";
    private const string Success = "200";

    /// <summary>Reads a line of the log; none for a connection whose handshake failed.</summary>
    /// <exception cref="FormatException">The line is of another format.</exception>
    public static ServerHandshake? TryParse(string line)
    {
        if (line.Split(' ', 10) is not
            [var protocol, var cipher, var curve, var reused, var status, var name, var application, var address, var proxied, var subject])
        {
            throw new FormatException($"Not a line of the session log: '{line}'.");
        }

        if (status != Success)
        {
            return null;
        }

        var group = Told(curve) is { } own ? OpensslNames.Group(own) : null;
        return new ServerHandshake(OpensslNames.Version(protocol), OpensslNames.Suite(cipher), group, reused == "r")
        {
            ClientSubject = Told(subject),
            ClientAddress = Told(proxied) ?? address,
            ServerName = Told(name),
            ApplicationProtocol = Told(application),
        };
    }

    private static string? Told(string value) => value == Absent ? null : value;
}
