namespace LoadGen.Core.Handshakes;

/// <summary>The TLS client of one connection slot.</summary>
public interface IHandshakeClient : IDisposable
{
    /// <summary>
    /// Connects, runs one handshake and closes the connection. Never throws for anything a network, a server or a
    /// cancellation can do: those are outcomes.
    /// </summary>
    /// <param name="target">Index into <see cref="Plans.Plan.Targets"/>.</param>
    /// <param name="profile">Index into <see cref="Plans.Plan.Profiles"/>.</param>
    /// <param name="cancellation">Ends the handshake as <see cref="FailureKind.Cancelled"/>.</param>
    ValueTask<Outcome> HandshakeAsync(int target, int profile, CancellationToken cancellation);
}
