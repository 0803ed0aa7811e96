namespace LoadGen.Core.Handshakes;

/// <summary>An implementation of the TLS client. One instance serves a worker for the length of a run and is safe for concurrent use.</summary>
public interface IHandshakeEngine : IDisposable
{
    /// <summary>The engine's name in plans and results.</summary>
    string Name { get; }

    /// <summary>Whose cryptography it uses on this machine, for a person, such as <c>native (OpenSSL 3.0.19, libsodium 1.0.22)</c>.</summary>
    string Crypto { get; }

    /// <summary>
    /// Makes a client for one connection slot. It runs one handshake at a time and keeps its buffers from one to the next.
    /// </summary>
    IHandshakeClient CreateClient();

    /// <summary>
    /// Resolves every target and says which addresses policy forbids, before anything is dialled. A name that does not
    /// resolve is no refusal: its handshakes fail, each as <see cref="FailureKind.DnsFailure"/>.
    /// </summary>
    /// <returns>One sentence with the remedy for each refused target; empty if all may be loaded.</returns>
    ValueTask<IReadOnlyList<string>> FindRefusedTargetsAsync(CancellationToken cancellation);

    /// <summary>
    /// Makes full handshakes for the sessions that those of the load are to resume, before it begins: until each connection would find
    /// one, or the servers give no more. An engine whose sessions can be resumed again and again needs none.
    /// </summary>
    /// <param name="connections">How many connections the load is likely to have open at once.</param>
    /// <param name="cancellation">Ends it.</param>
    Task PrimeAsync(int connections, CancellationToken cancellation) => Task.CompletedTask;

    /// <summary>The handshakes that were made for their sessions alone since the last call; they are none of the load's.</summary>
    PrimingCount TakePriming() => default;
}

/// <summary>Handshakes that were made for their sessions alone.</summary>
public readonly record struct PrimingCount(long Completed, long Failed)
{
    public static PrimingCount operator +(PrimingCount left, PrimingCount right) => new(left.Completed + right.Completed, left.Failed + right.Failed);
}

/// <summary>The TLS client of one connection slot.</summary>
public interface IHandshakeClient : IDisposable
{
    /// <summary>
    /// Connects, runs one handshake and closes the connection, unless its profile holds connections open or stops early: then
    /// <see cref="HoldAsync"/> must follow a handshake that has not failed. Never throws for anything a network, a server or a
    /// cancellation can do: those are outcomes.
    /// </summary>
    /// <param name="target">Index into <see cref="Plans.Plan.Targets"/>.</param>
    /// <param name="profile">Index into <see cref="Plans.Plan.Profiles"/>.</param>
    /// <param name="cancellation">Ends the handshake as <see cref="FailureKind.Cancelled"/>.</param>
    ValueTask<Outcome> HandshakeAsync(int target, int profile, CancellationToken cancellation);

    /// <summary>
    /// Does what can wait until the outcome of a handshake was taken: prepares for the next one, and keeps the connection open
    /// for as long as the profile says, then closes it.
    /// </summary>
    /// <param name="cancellation">Closes it at once.</param>
    /// <returns>
    /// How the holding ended; <see langword="null"/>, without waiting, if no connection was left open.
    /// </returns>
    ValueTask<HeldConnection?> HoldAsync(CancellationToken cancellation);
}
