using Akka.Actor;

namespace LoadGen.Cluster.Nodes;

/// <summary>
/// Keeps a node alive when a connection that it opened fails in TLS. Akka ends the whole actor system then, so that one broken
/// connection (a worker that dies while it is dialled, an address that now belongs to another program) would end the run. That
/// shutdown cannot be called off, but its first phase can wait: here, until the node has a reason of its own to end.
/// </summary>
internal sealed class TlsFailures
{
    // The reason that the transport gives; its type is not public.
    private const string Reason = "TlsHandshakeFailureReason";

    private readonly TaskCompletionSource _mayEnd = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public TlsFailures(ActorSystem system)
    {
        var shutdown = CoordinatedShutdown.Get(system);
        shutdown.AddTask(CoordinatedShutdown.PhaseBeforeServiceUnbind, "stay", async () =>
        {
            if (shutdown.ShutdownReason.GetType().Name == Reason)
            {
                await _mayEnd.Task;
            }

            return Akka.Done.Instance;
        });
    }

    /// <summary>The node leaves, was removed, or did not get in: what was put off may go on.</summary>
    public void LetEnd() => _mayEnd.TrySetResult();
}
