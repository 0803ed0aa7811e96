using LoadGen.Core.Plans;
using LoadGen.Core.Tallies;

namespace LoadGen.Core.Runs;

/// <summary>What can happen to a coordinator and its run. What workers say comes first, then what happens to them, then the rest.</summary>
public abstract record RunEvent
{
    private RunEvent()
    {
    }

    /// <summary>A worker offers itself. It does so again until it is welcomed, so this may come more than once.</summary>
    public sealed record WorkerRegistered(string WorkerId, string Host, int Weight = 1) : RunEvent;

    /// <summary>A sign of life of a worker, and what it knows.</summary>
    /// <param name="WorkerId">The worker.</param>
    /// <param name="RunId">The run that it works on; empty for none.</param>
    /// <param name="Term">The highest term that it has heard.</param>
    /// <param name="AssignmentTerm">The term of the assignment that it follows; 0 for none.</param>
    /// <param name="Version">The version of that assignment; 0 for none.</param>
    /// <param name="Sent">When it said so, by its clock.</param>
    public sealed record WorkerHeard(string WorkerId, string RunId, int Term, int AssignmentTerm, int Version, TimeSpan Sent) : RunEvent;

    /// <summary>A worker tells a coordinator that takes over everything it knows.</summary>
    public sealed record InventoryTold(RunInventory Inventory) : RunEvent;

    /// <summary>A worker holds a checkpoint.</summary>
    public sealed record CheckpointHeld(string WorkerId, int Version) : RunEvent;

    /// <summary>A worker is ready to start, and tells whose cryptography its engine uses.</summary>
    public sealed record WorkerPrepared(string WorkerId, string Crypto) : RunEvent;

    /// <summary>Policy forbids a target on that worker; nothing was dialled.</summary>
    public sealed record TargetsRefused(string WorkerId, IReadOnlyList<string> Reasons) : RunEvent;

    /// <summary>A worker cannot do what the plan asks.</summary>
    public sealed record PreparationFailed(string WorkerId, string Reason) : RunEvent;

    /// <summary>
    /// A worker follows an assignment from now on. Where that has a cut, the worker promises to begin nothing from
    /// <paramref name="Reached"/> or the cut on, whichever is later.
    /// </summary>
    /// <param name="WorkerId">The worker.</param>
    /// <param name="Term">The term of the assignment.</param>
    /// <param name="Version">The version of the assignment.</param>
    /// <param name="Reached">The first arrival that it has not come to.</param>
    /// <param name="Finished">Whether its load has ended, and it takes no more.</param>
    public sealed record AssignmentTaken(string WorkerId, int Term, int Version, long Reached, bool Finished = false) : RunEvent;

    /// <summary>A worker's report has arrived and was parsed.</summary>
    /// <param name="WorkerId">The worker.</param>
    /// <param name="Report">The report.</param>
    /// <param name="Part">Its tally.</param>
    public sealed record ReportReceived(string WorkerId, WorkerReport Report, EncodedTally Part) : RunEvent
    {
        /// <summary>Parses a report of a run of a plan.</summary>
        /// <exception cref="TallyFormatException">Its tally is not one of such a plan.</exception>
        public static ReportReceived Parse(string workerId, WorkerReport report, Plan plan)
            => new(workerId, report, EncodedTally.Parse(report.EncodedTally, plan.Targets.Count, plan.Profiles.Count));

        /// <summary>Parses a report that came in an inventory. One that is malformed costs its worker its place.</summary>
        public static RunEvent ParseTold(string workerId, WorkerReport report, Plan plan)
        {
            try
            {
                return Parse(workerId, report, plan);
            }
            catch (TallyFormatException error)
            {
                return new WorkerLost(workerId, $"malformed report: {error.Message}");
            }
        }
    }

    /// <summary>A worker that was asked for a run knows that it has ended: its result is where its coordinator was.</summary>
    public sealed record RunKnownOver(string WorkerId, string RunId) : RunEvent;

    /// <summary>A worker was told to leave: it hands its share over and goes.</summary>
    public sealed record WorkerLeaving(string WorkerId) : RunEvent;

    /// <summary>A worker has left or was lost, and begins no more handshakes; why, where that is known.</summary>
    public sealed record WorkerLost(string WorkerId, string? Reason = null) : RunEvent;

    /// <summary>The process of a silent worker has ended, as its machine says.</summary>
    /// <param name="WorkerId">The worker.</param>
    /// <param name="HeardBefore">When it had been heard last: if it was heard again since, another process was asked.</param>
    public sealed record ProcessEnded(string WorkerId, TimeSpan HeardBefore) : RunEvent;

    /// <summary>A coordinator that stays is given its next run.</summary>
    public sealed record RunOrdered(RunOrder Order) : RunEvent;

    /// <summary>A run is to end now.</summary>
    /// <param name="Reason">Why.</param>
    /// <param name="Stopped">Which; <see langword="null"/> for the one that there is.</param>
    public sealed record StopRequested(string Reason, string? Stopped = null) : RunEvent;

    /// <summary>Time has passed.</summary>
    public sealed record TimePassed : RunEvent;
}

/// <summary>What a coordinator has to do because of an event: tell a worker something, or do something here.</summary>
public abstract record RunEffect
{
    private RunEffect()
    {
    }

    /// <summary>Tell a worker that it is registered.</summary>
    public sealed record Welcome(string WorkerId) : RunEffect;

    /// <summary>Tell a worker that it is not known, and has to register.</summary>
    public sealed record AskRegistration(string WorkerId) : RunEffect;

    /// <summary>Answer a worker's beat of that time.</summary>
    public sealed record AnswerBeat(string WorkerId, TimeSpan Sent) : RunEffect;

    /// <summary>Ask a worker for everything that it knows of a run.</summary>
    public sealed record AskInventory(string WorkerId, string RunId) : RunEffect;

    /// <summary>Give a worker the plan; it answers when it is ready.</summary>
    public sealed record Prepare(string WorkerId) : RunEffect;

    /// <summary>The load starts at <see cref="RunState.LoadStart"/>.</summary>
    public sealed record Start : RunEffect;

    /// <summary>Send a worker the present assignment; it answers with what it has reached.</summary>
    public sealed record Assign(string WorkerId) : RunEffect;

    /// <summary>Add what a worker reported to the whole.</summary>
    public sealed record Merge(string WorkerId, EncodedTally Part) : RunEffect;

    /// <summary>Tell a worker that its report has arrived, now or earlier.</summary>
    public sealed record Acknowledge(string WorkerId, long Number) : RunEffect;

    /// <summary>Enter arrivals that vanished with their worker; a negative number was found again.</summary>
    public sealed record CountLost(string WorkerId, long Arrivals) : RunEffect;

    /// <summary>A worker holds a checkpoint.</summary>
    public sealed record KeepCheckpoint(string WorkerId, int Version) : RunEffect;

    /// <summary>Tell a worker to start nothing more.</summary>
    public sealed record Stop(string WorkerId) : RunEffect;

    /// <summary>Tell a worker that the run has ended and there may be another.</summary>
    public sealed record EndRun(string WorkerId, string RunId) : RunEffect;

    /// <summary>Tell a worker that nothing is expected of it any more, and what its process should exit with.</summary>
    public sealed record Release(string WorkerId, string RunId, int ExitCode, string Reason) : RunEffect;

    /// <summary>A run begins: what belongs to it is made.</summary>
    public sealed record Begin(RunState Run) : RunEffect;

    /// <summary>A run that was in progress continues here.</summary>
    public sealed record GoOn(RecoveredRun Run) : RunEffect;

    /// <summary>The run has ended; what belonged to it is dropped.</summary>
    /// <param name="Ending">How it ended.</param>
    /// <param name="Run">The run at its end; <see langword="null"/> if there never was one.</param>
    public sealed record End(RunEnding Ending, RunState? Run) : RunEffect;

    /// <summary>Tell the person who watches.</summary>
    public sealed record Warn(string Sentence) : RunEffect;
}
