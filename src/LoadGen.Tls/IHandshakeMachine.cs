using LoadGen.Core.Handshakes;

namespace LoadGen.Tls;

/// <summary>
/// The protocol of one handshake without any IO: bytes in, bytes out. Sockets, deadlines and time stamps belong to
/// <see cref="HandshakeDriver"/>, so that the times of all engines mean the same.
/// </summary>
internal interface IHandshakeMachine
{
    /// <summary>How far it has come.</summary>
    Milestones Reached { get; }

    /// <summary>What was negotiated, once <see cref="Milestones.Complete"/> is reached.</summary>
    Negotiated? Negotiated { get; }

    /// <summary>The certificate that the server showed.</summary>
    CertificateSummary? Certificate { get; }

    /// <summary>Why it failed: the kind, the side, the alert and a sentence; <see langword="null"/> while it has not.</summary>
    (FailureKind Kind, FaultSide Side, string? Alert, string Detail)? Fault { get; }

    /// <summary>What the server still owes, to end a sentence that begins with "closed the connection before".</summary>
    string Awaited { get; }

    /// <summary>Writes ClientHello.</summary>
    void Begin();

    /// <summary>Takes bytes from the server.</summary>
    void Offer(byte[] buffer, int count);

    /// <summary>Moves bytes for the server into the buffer; 0 if there are none.</summary>
    int TakeOutput(byte[] buffer);

    /// <summary>Writes close_notify.</summary>
    void WriteCloseNotify();
}
