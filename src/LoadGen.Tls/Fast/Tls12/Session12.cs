namespace LoadGen.Tls.Fast.Tls12;

/// <summary>
/// A session of TLS 1.2, to be resumed by the id that the server gave it (RFC 5246 section 7.3) or by a ticket (RFC 5077), by any number of
/// connections.
/// </summary>
/// <param name="suite">Its suite.</param>
/// <param name="master">Its master secret.</param>
/// <param name="extendsMasterSecret">Whether that is the extended one (RFC 7627).</param>
/// <param name="id">The server's session id; of no use to a session that has a ticket.</param>
/// <param name="ticket">The ticket; empty for none.</param>
/// <param name="lifetime">How long it may be offered.</param>
internal sealed class Session12(Suite12 suite, byte[] master, bool extendsMasterSecret, byte[] id, byte[] ticket, TimeSpan lifetime) : Session(lifetime)
{
    /// <summary>The longest that a session is to be kept (RFC 5246 appendix F.1.4).</summary>
    public static readonly TimeSpan LongestLifetime = TimeSpan.FromHours(24);

    public override bool IsSingleUse => false;

    public Suite12 Suite => suite;

    public ReadOnlySpan<byte> Master => master;

    public bool ExtendsMasterSecret => extendsMasterSecret;

    /// <summary>The session id to offer; empty for a session that has a ticket, whose client chooses an id of its own (RFC 5077 section 3.4).</summary>
    public ReadOnlySpan<byte> Id => ticket.Length > 0 ? [] : id;

    public ReadOnlySpan<byte> Ticket => ticket;
}
