using LoadGen.Core.Tallies;

namespace LoadGen.Core.Runs;

/// <summary>What can happen to a run.</summary>
public abstract record RunEvent
{
    private RunEvent()
    {
    }

    /// <summary>A worker offers itself. It does so again until it is welcomed, so this may come more than once.</summary>
    public sealed record WorkerRegistered(string WorkerId, string Host, int Weight = 1) : RunEvent;

    /// <summary>A sign of life of a worker, and the version of the assignment that it has.</summary>
    public sealed record WorkerHeard(string WorkerId, int Version) : RunEvent;

    /// <summary>A worker is ready to start, and tells whose cryptography its engine uses.</summary>
    public sealed record WorkerPrepared(string WorkerId, string Crypto) : RunEvent;

    /// <summary>Policy forbids a target on that worker; nothing was dialled.</summary>
    public sealed record TargetsRefused(string WorkerId, IReadOnlyList<string> Reasons) : RunEvent;

    /// <summary>A worker cannot do what the plan asks.</summary>
    public sealed record PreparationFailed(string WorkerId, string Reason) : RunEvent;

    /// <summary>
    /// A worker goes by an assignment from now on. Where that has a cut, the worker promises to begin nothing from
    /// <paramref name="Reached"/> or the cut on, whichever is later.
    /// </summary>
    /// <param name="WorkerId">The worker.</param>
    /// <param name="Version">The version of the assignment.</param>
    /// <param name="Reached">The first arrival that it has not come to.</param>
    /// <param name="Finished">Whether its load has ended, and it takes no more.</param>
    public sealed record AssignmentTaken(string WorkerId, int Version, long Reached, bool Finished = false) : RunEvent;

    /// <summary>
    /// A worker's report number <paramref name="Number"/>, from 1: the books of what ended since the report before. A worker
    /// sends the next number only when this one was acknowledged, and repeats it until then.
    /// </summary>
    public sealed record ReportReceived(string WorkerId, long Number, Books Ended, long InFlight, GeneratorUsage Usage, bool Final) : RunEvent
    {
        /// <summary>The number of the first report of those that this one is made of; its own unless reports were merged.</summary>
        public long First { get; init; } = Number;
    }

    /// <summary>A worker was told to leave: it hands its share over and goes.</summary>
    public sealed record WorkerLeaving(string WorkerId) : RunEvent;

    /// <summary>A worker is gone and begins no more handshakes.</summary>
    public sealed record WorkerLost(string WorkerId) : RunEvent;

    /// <summary>Somebody wants the run to end now.</summary>
    public sealed record StopRequested(string Reason) : RunEvent;

    /// <summary>The time for the cluster to form is over.</summary>
    public sealed record StartDeadlinePassed : RunEvent;

    /// <summary>Time has passed.</summary>
    public sealed record TimePassed : RunEvent;
}
