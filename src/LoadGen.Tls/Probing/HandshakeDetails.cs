using LoadGen.Core.Handshakes;

namespace LoadGen.Tls.Probing;

/// <summary>An engine that can show its handshakes in full.</summary>
internal interface IDetailedEngine : IHandshakeEngine
{
    /// <summary>Creates a client that records the details of its handshakes; each overwrites the last one's.</summary>
    IHandshakeClient CreateClient(HandshakeDetails details);
}

/// <summary>What a handshake shows that load does not need: for looking at a single handshake.</summary>
internal sealed class HandshakeDetails
{
    /// <summary>The server's certificates in DER, its own first.</summary>
    public IReadOnlyList<byte[]> Chain { get; set; } = [];

    /// <summary>The verdict on the chain; <see langword="null"/> if none came.</summary>
    public string? ChainVerdict { get; set; }

    /// <summary>The groups that the server lists in supported_groups (RFC 8446 section 4.2.7); empty if it sends none.</summary>
    public IReadOnlyList<string> ServerGroups { get; set; } = [];

    /// <summary>The suite that the server chose, even if the handshake failed later; <see langword="null"/> before it did.</summary>
    public string? Suite { get; set; }

    /// <summary>The lifetime of each session ticket that came.</summary>
    public List<TimeSpan> TicketLifetimes { get; } = [];
}
