namespace LoadGen.TestServers.Servers;

/// <summary>What <c>openssl s_server</c> writes of its handshakes: each a session in PEM, some lists, the suite, and whether it was reused.</summary>
internal static class OpensslReport
{
    private const string SessionBegins = "-----BEGIN SSL SESSION PARAMETERS-----";
    private const string SessionEnds = "-----END SSL SESSION PARAMETERS-----";
    private const string ProtocolLine = "ALPN protocols selected: ";
    private const string ResumedLine = "Reused session-id";
    private const string LastLine = "Secure Renegotiation IS ";
    private const string ConnectionEnds = "CONNECTION CLOSED";

    /// <summary>Whether a line ends the report of a handshake.</summary>
    public static bool IsLast(string line) => line.StartsWith(LastLine, StringComparison.Ordinal);

    /// <summary>The handshakes whose reports are complete.</summary>
    public static List<ServerHandshake> ParseAll(IReadOnlyList<string> lines)
    {
        var handshakes = new List<ServerHandshake>();
        ServerHandshake? handshake = null;
        string? protocol = null;
        for (var i = 0; i < lines.Count; i++)
        {
            var line = lines[i];
            if (line == SessionBegins)
            {
                var body = lines.Skip(i + 1).TakeWhile(part => part != SessionEnds);
                // The rest of the session comes later.
                handshake = lines.Skip(i).Contains(SessionEnds) ? OpensslSession.Parse(Convert.FromBase64String(string.Concat(body))) : null;
            }
            else if (line == ResumedLine)
            {
                handshake = handshake! with { Resumed = true };
            }
            else if (line.StartsWith(ProtocolLine, StringComparison.Ordinal))
            {
                protocol = line[ProtocolLine.Length..];
            }
            else if (IsLast(line))
            {
                handshakes.Add(handshake! with { ApplicationProtocol = protocol });
            }
            else if (line == ConnectionEnds)
            {
                protocol = null;
            }
        }

        return handshakes;
    }
}
