using LoadGen.Core.Handshakes;

namespace LoadGen.Tls;

/// <summary>
/// The protocol of one handshake without any IO: bytes in, bytes out. Sockets, deadlines and time stamps belong to
/// <see cref="HandshakeDriver"/>, so that the times of all engines are comparable.
/// </summary>
internal interface IHandshakeMachine
{
    /// <summary>The milestones reached so far.</summary>
    Milestones Reached { get; }

    /// <summary>What was negotiated, once <see cref="Milestones.Complete"/> is reached.</summary>
    Negotiated? Negotiated { get; }

    /// <summary>The certificate that the server sent; <see langword="null"/> before it came.</summary>
    CertificateSummary? Certificate { get; }

    /// <summary>Why it failed; <see langword="null"/> while it has not.</summary>
    MachineFault? Fault { get; }

    /// <summary>Bytes from the server that belong to the handshake: whole records, to the end of the one that completed it.</summary>
    int HandshakeBytes { get; }

    /// <summary>The length of the server's Certificate message, with its header; 0 before it came.</summary>
    int CertificateBytes { get; }

    /// <summary>How many bytes wait for <see cref="TakeOutput"/>.</summary>
    int OutputBytes { get; }

    /// <summary>What is still to come from the server; completes "the server closed the connection before ...".</summary>
    string Awaited { get; }

    /// <summary>
    /// Whether the handshake is done and the server is to be asked for a confirmation. What has arrived by then is no answer, so it
    /// is offered before <see cref="Ask"/>.
    /// </summary>
    bool HasQuestion { get; }

    /// <summary>Whether the next bytes may take the client long to check, such as a chain that it has not seen: too long for a thread of the sockets.</summary>
    bool MayTakeLong { get; }

    /// <summary>Whether the handshake is complete and its profile wants the sessions that servers give after it (RFC 8446 section 4.6.1).</summary>
    bool TakesTickets { get; }

    /// <summary>Whether one of them has come.</summary>
    bool HasTickets { get; }

    /// <summary>Writes ClientHello.</summary>
    void Begin();

    /// <summary>Takes bytes from the server: the first ones of the buffer, which it may overwrite, and which is reused afterwards.</summary>
    void Offer(byte[] buffer, int count);

    /// <summary>Writes what the server is to answer: an HTTP request, or close_notify.</summary>
    void Ask();

    /// <summary>Moves bytes for the server into the buffer; 0 if there are none.</summary>
    int TakeOutput(byte[] buffer);

    /// <summary>Writes close_notify.</summary>
    void WriteCloseNotify();
}

/// <summary>The steps of a handshake that its messages show.</summary>
[Flags]
internal enum Milestones
{
    None = 0,

    /// <summary>ServerHello was received; a HelloRetryRequest does not count.</summary>
    ServerHello = 1,

    /// <summary>The last message of the server's flight was received.</summary>
    ServerFlight = 2,

    /// <summary>Our Finished was written.</summary>
    ClientFinished = 4,

    /// <summary>The server's answer after our Finished was received, the last thing that a profile can wait for.</summary>
    ServerConfirmed = 8,

    /// <summary>The handshake is successful by its profile as soon as all output is sent.</summary>
    Complete = 16,

    /// <summary>The server's Finished came after ours (TLS 1.2), and the profile waits for more.</summary>
    ServerFinished = 32,
}

/// <summary>Why a handshake failed.</summary>
/// <param name="Kind">The kind of failure.</param>
/// <param name="Side">The side at fault.</param>
/// <param name="Alert">The IANA name of the alert sent or received; <see langword="null"/> if there was none.</param>
/// <param name="Detail">One sentence for people.</param>
internal sealed record MachineFault(FailureKind Kind, FaultSide Side, string? Alert, string Detail);
