namespace LoadGen.Core.Plans;

/// <summary>What one run may use, over all its workers.</summary>
public sealed record Limits
{
    /// <summary>
    /// The most connections open at once, 1 to 1,000,000. An arrival of an open load that finds none free at its time is
    /// dropped, and counted as such.
    /// </summary>
    public int Connections { get; init; } = 1000;

    /// <summary>
    /// Whether the plan asks for that many. If not, they are the default of an open load: a machine that has room for fewer is no
    /// reason to refuse the plan.
    /// </summary>
    public bool AsksForConnections { get; init; }

    /// <summary>From the first SYN to an established connection; 1 ms to 10 min.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>From the established connection to what the profile calls success; 1 ms to 10 min.</summary>
    public TimeSpan HandshakeTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// The largest RSA key, in bits, of a certificate that a server sends; 2048 to 16,384, OpenSSL's end. The time of a signature's check grows with the
    /// square of it.
    /// </summary>
    public int RsaBits { get; init; } = 8192;
}

/// <summary>How the client ends a connection once its handshake is over.</summary>
public enum CloseMode
{
    /// <summary>
    /// A close_notify alert (RFC 8446 section 6.1), then the server closes first: it counts the handshake, and no local port stays in
    /// TIME_WAIT. A server that does not close within a second is sent a FIN. The default.
    /// </summary>
    Notify,

    /// <summary>As <see cref="Notify"/>, with a TCP RST at the end, so that the server's port does not stay in TIME_WAIT either.</summary>
    Rst,

    /// <summary>TCP FIN without close_notify, once the server has answered: the client's port may stay in TIME_WAIT for a minute.</summary>
    Fin,

    /// <summary>
    /// TCP RST at once: the least work. In TLS 1.3 it may reach the server together with our Finished, and count as a handshake that
    /// failed.
    /// </summary>
    Abort,
}
