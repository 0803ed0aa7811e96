using LoadGen.Core.Handshakes;
using LoadGen.Tls.Offers;

namespace LoadGen.Tls;

/// <summary>
/// What a machine tells of a server that ends a handshake. Whoever sends the alert, a fault in what the server sent is the server's.
/// The same on every engine that is a machine.
/// </summary>
internal static class ServerFaults
{
    /// <summary>The server sent a fatal alert.</summary>
    /// <param name="alert">The alert.</param>
    /// <param name="hint">What may be behind it; usually empty.</param>
    public static MachineFault AlertReceived(TlsAlert alert, string hint = "")
        => new(FailureKind.AlertReceived, FaultSide.Server, alert.Name(), $"the server sent alert {alert.Name()}{hint}");

    /// <summary>The server broke the protocol or a limit.</summary>
    /// <param name="answer">The alert that tells it so.</param>
    /// <param name="why">What it did.</param>
    public static MachineFault Broken(TlsAlert answer, string why)
        => new(FailureKind.ProtocolError, FaultSide.Server, answer.Name(), $"the server broke the protocol: {why}");

    /// <summary>The server's chain is not accepted.</summary>
    /// <param name="kind">What is wrong with it.</param>
    /// <param name="answer">The alert that tells the server so.</param>
    /// <param name="detail">One sentence for people.</param>
    public static MachineFault Rejected(FailureKind kind, TlsAlert answer, string detail) => new(kind, FaultSide.Server, answer.Name(), detail);

    /// <summary>The server resumed a session that was not offered.</summary>
    /// <param name="answer">The alert that tells it so; <see langword="null"/> for none.</param>
    public static MachineFault Resumed(TlsAlert? answer)
        => new(FailureKind.UnexpectedResumption, FaultSide.Server, answer?.Name(), "the server resumed a session although a full handshake was requested");

    /// <summary>The server sent close_notify too early.</summary>
    /// <param name="what">What was still to come.</param>
    public static MachineFault ClosedBefore(string what) => new(FailureKind.ClosedEarly, FaultSide.Server, null, $"the server sent close_notify before {what}");
}
