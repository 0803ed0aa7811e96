using LoadGen.Core.Plans;
using LoadGen.Core.Runs;
using LoadGen.Core.Slices;

namespace LoadGen.Cluster.Protocol;

/// <summary>What the coordinator tells workers.</summary>
/// <param name="RunId">The run; empty where there is none yet.</param>
/// <param name="Term">
/// Which coordinator of the run speaks: 1 for the first, one more for each that took over. A worker that has heard a later
/// one does not listen to an earlier one.
/// </param>
internal abstract record ToWorker(string RunId, int Term) : IWireMessage
{
    /// <summary>You are registered; wait for work.</summary>
    public sealed record Welcome(string RunId, int Term) : ToWorker(RunId, Term);

    /// <summary>I do not know you: register.</summary>
    public sealed record RegisterAgain(string RunId, int Term) : ToWorker(RunId, Term);

    /// <summary>Answer to a beat. The worker's lease counts from the moment it sent that beat.</summary>
    /// <param name="RunId">The run.</param>
    /// <param name="Term">The coordinator.</param>
    /// <param name="Sent">What the beat said.</param>
    /// <param name="Now">The coordinator's monotonic clock.</param>
    public sealed record BeatAnswered(string RunId, int Term, TimeSpan Sent, TimeSpan Now) : ToWorker(RunId, Term);

    /// <summary>Get ready for a plan, and answer with <see cref="ToCoordinator.WorkerPrepared"/>.</summary>
    public sealed record PrepareRun(string RunId, int Term, Plan Plan, TimeSpan Lease) : ToWorker(RunId, Term);

    /// <summary>
    /// Who runs what, from now on; the worker finds its own part in it, and answers with
    /// <see cref="ToCoordinator.AssignmentTaken"/>.
    /// </summary>
    /// <param name="RunId">The run.</param>
    /// <param name="Term">The coordinator.</param>
    /// <param name="Assignment">For all workers.</param>
    /// <param name="LoadStart">When the load starts or started, by the coordinator's monotonic clock.</param>
    /// <param name="StartedAt">The same by its wall clock, for the result alone.</param>
    public sealed record AssignWork(string RunId, int Term, Assignment Assignment, TimeSpan LoadStart, DateTimeOffset StartedAt) : ToWorker(RunId, Term);

    /// <summary>The report of that number has been counted.</summary>
    /// <param name="RunId">The run.</param>
    /// <param name="Term">The coordinator.</param>
    /// <param name="Number">Of the report.</param>
    /// <param name="SafeUpTo">Reports up to this number need not be kept for another coordinator.</param>
    /// <param name="MergeUpTo">Reports up to this number may be kept as one: no checkpoint will ever end between them.</param>
    public sealed record AcknowledgeReport(string RunId, int Term, long Number, long SafeUpTo, long MergeUpTo) : ToWorker(RunId, Term);

    /// <summary>Hold this for a coordinator that may have to take over, instead of any before it.</summary>
    public sealed record HoldCheckpoint(string RunId, int Term, Checkpoint Checkpoint) : ToWorker(RunId, Term);

    /// <summary>I take over: tell everything that you know.</summary>
    public sealed record TellInventory(string RunId, int Term) : ToWorker(RunId, Term);

    /// <summary>Start nothing more; let what is under way end, and report it.</summary>
    public sealed record StopRun(string RunId, int Term) : ToWorker(RunId, Term);

    /// <summary>The run is over; wait for the next.</summary>
    public sealed record EndRun(string RunId, int Term) : ToWorker(RunId, Term);

    /// <summary>The run is over and nothing is expected of you any more.</summary>
    /// <param name="RunId">The run.</param>
    /// <param name="Term">The coordinator.</param>
    /// <param name="ExitCode">The code your process should exit with.</param>
    /// <param name="Reason">Why, where it is not plain that the run is over; empty otherwise.</param>
    public sealed record Release(string RunId, int Term, int ExitCode, string Reason) : ToWorker(RunId, Term);
}
