namespace LoadGen.TestServers.Servers;

/// <summary>The log in which haproxy tells of its handshakes, a line each.</summary>
internal static class HaproxyLog
{
    /// <summary>The value of <c>log-format</c> that <see cref="Parse"/> reads. Only the last may hold spaces.</summary>
    public const string Format = First
        + "%[ssl_fc_protocol] %[ssl_fc_cipher] %[ssl_fc_is_resumed] %[ssl_fc_sni] %[ssl_fc_alpn] %[src] %{+E}[ssl_c_s_dn(,0,rfc2253)]";

    // What else it logs, such as handshakes that failed, begins with an address.
    private const string First = "handshake ";
    private const string Absent = "-";

    public static bool IsHandshake(string line) => line.StartsWith(First, StringComparison.Ordinal);

    /// <summary>Whether it is about a connection that ended within its handshake: these name the listener, here the first of its frontend.</summary>
    public static bool IsFailure(string line) => line.Contains(" tls/1: ", StringComparison.Ordinal);

    /// <exception cref="FormatException">The line is of another format.</exception>
    public static ServerHandshake Parse(string line)
        => line[First.Length..].Split(' ', 7) is [var protocol, var cipher, var resumed, var name, var application, var address, var subject]
            ? new ServerHandshake(OpensslNames.Version(protocol), OpensslNames.Suite(cipher), Group: null, resumed == "1")
            {
                ClientSubject = Told(subject),
                ClientAddress = address,
                ServerName = Told(name),
                ApplicationProtocol = Told(application),
            }
            : throw new FormatException($"Not a line of the handshake log: '{line}'.");

    private static string? Told(string value) => value == Absent ? null : value;
}
