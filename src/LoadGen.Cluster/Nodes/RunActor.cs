using Akka.Actor;

namespace LoadGen.Cluster.Nodes;

/// <summary>
/// An actor that a run depends on. If it fails it says so to what it belongs to, with the reason, and stops: Akka would restart
/// it under the same address with an empty memory, and no one would learn of it.
/// </summary>
internal abstract class RunActor : ReceiveActor, IWithTimers
{
    public ITimerScheduler Timers { get; set; } = null!;

    /// <summary>Ends what this actor belongs to. Called once.</summary>
    /// <param name="reason">What happened, for a person.</param>
    protected abstract void BreakDown(string reason);

    protected sealed override bool AroundReceive(Receive receive, object message)
    {
        try
        {
            return base.AroundReceive(receive, message);
        }
        catch (Exception error)
        {
            // Whatever it is, the memory of this actor cannot be trusted any more.
            BreakDown($"internal error: {error.GetType().Name}: {error.Message}");
            Context.Stop(Self);
            return true;
        }
    }
}
