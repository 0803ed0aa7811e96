using LoadGen.Core.Tallies;

namespace LoadGen.Core.Runs;

/// <summary>What can happen to a run. Times are the coordinator's monotonic clock.</summary>
public abstract record RunEvent
{
    private RunEvent()
    {
    }

    /// <summary>A worker offers itself. It does so again until it is given work, so this may come more than once.</summary>
    public sealed record WorkerRegistered(string WorkerId, string Host) : RunEvent;

    /// <summary>A worker is ready to start its slice of an epoch, and tells whose cryptography its engine uses.</summary>
    public sealed record WorkerPrepared(string WorkerId, int Epoch, string Crypto) : RunEvent;

    /// <summary>Policy forbids a target on that worker; nothing was dialled.</summary>
    public sealed record TargetsRefused(string WorkerId, IReadOnlyList<string> Reasons) : RunEvent;

    /// <summary>A worker cannot do what the plan asks.</summary>
    public sealed record PreparationFailed(string WorkerId, string Reason) : RunEvent;

    /// <summary>
    /// A worker's report number <paramref name="Number"/>, from 1: the books of what ended since the report before. A worker
    /// sends the next number only when this one was acknowledged, and repeats it until then.
    /// </summary>
    public sealed record ReportReceived(string WorkerId, long Number, Books Ended, GeneratorUsage Usage, bool Final) : RunEvent;

    /// <summary>A worker is gone and will not come back.</summary>
    public sealed record WorkerLost(string WorkerId, TimeSpan At) : RunEvent;

    /// <summary>Somebody wants the run to end now.</summary>
    public sealed record StopRequested(string Reason) : RunEvent;

    /// <summary>The time for the cluster to form is over.</summary>
    public sealed record StartDeadlinePassed : RunEvent;
}
