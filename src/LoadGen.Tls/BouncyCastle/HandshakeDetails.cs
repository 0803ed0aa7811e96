namespace LoadGen.Tls.BouncyCastle;

/// <summary>What a handshake showed that no load needs to keep: for looking at one handshake in full.</summary>
internal sealed class HandshakeDetails
{
    /// <summary>The server's certificates in DER, its own first.</summary>
    public IReadOnlyList<byte[]> Chain { get; set; } = [];

    /// <summary>What was thought of them; <see langword="null"/> if none came.</summary>
    public string? ChainVerdict { get; set; }

    /// <summary>The groups that the server says it prefers (RFC 8446 section 4.2.7); empty if it says nothing.</summary>
    public IReadOnlyList<string> ServerGroups { get; set; } = [];

    /// <summary>The suite that the server chose, whatever came of the handshake then; <see langword="null"/> before it did.</summary>
    public string? Suite { get; set; }

    /// <summary>The lifetime of each session ticket that came.</summary>
    public List<TimeSpan> TicketLifetimes { get; } = [];
}
