namespace LoadGen.Core.Handshakes;

/// <summary>The TLS client of one connection slot.</summary>
public interface IHandshakeClient : IDisposable
{
    /// <summary>
    /// Connects, runs one handshake and closes the connection, unless its profile holds connections open: then
    /// <see cref="HoldAsync"/> must follow a completed handshake. Never throws for anything a network, a server or a
    /// cancellation can do: those are outcomes.
    /// </summary>
    /// <param name="target">Index into <see cref="Plans.Plan.Targets"/>.</param>
    /// <param name="profile">Index into <see cref="Plans.Plan.Profiles"/>.</param>
    /// <param name="cancellation">Ends the handshake as <see cref="FailureKind.Cancelled"/>.</param>
    ValueTask<Outcome> HandshakeAsync(int target, int profile, CancellationToken cancellation);

    /// <summary>
    /// Does what can wait until the outcome of a handshake was taken: gets ready for the next one, and keeps the connection open
    /// for as long as the profile says, then closes it.
    /// </summary>
    /// <param name="cancellation">Closes it at once.</param>
    /// <returns>
    /// How the holding ended; <see langword="null"/>, without waiting, if no connection was left open.
    /// </returns>
    ValueTask<HoldEnd?> HoldAsync(CancellationToken cancellation);
}
