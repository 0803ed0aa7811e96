using LoadGen.Core.Handshakes;

namespace LoadGen.Tls.Tests.StartTls;

/// <summary>What a client and a server said in turn before TLS; the client's first words are empty where the server begins.</summary>
internal sealed record Transcript(StartTlsProtocol Protocol, string Opening, params (string Server, string Client)[] Turns)
{
    public string ServerWords => string.Concat(Turns.Select(turn => turn.Server));
}
