using LoadGen.Core.Plans;
using LoadGen.Core.Slices;

namespace LoadGen.Core.Runs;

/// <summary>What can happen to a worker.</summary>
public abstract record WorkerEvent
{
    private WorkerEvent()
    {
    }

    /// <summary>
    /// Something that a coordinator says. One that takes over has a higher term than the one before it; a worker does not listen
    /// to a term below the highest that it has heard.
    /// </summary>
    /// <param name="RunId">The run it is about; empty where there is none.</param>
    /// <param name="Term">Which coordinator speaks.</param>
    public abstract record Said(string RunId, int Term) : WorkerEvent;

    /// <summary>It is registered, and waits for work.</summary>
    public sealed record Welcomed(string RunId, int Term) : Said(RunId, Term);

    /// <summary>The coordinator does not know it.</summary>
    public sealed record RegistrationAsked(string RunId, int Term) : Said(RunId, Term);

    /// <summary>A beat was answered.</summary>
    /// <param name="RunId">The run.</param>
    /// <param name="Term">Which coordinator speaks.</param>
    /// <param name="Sent">When the beat was sent, by the worker's clock.</param>
    /// <param name="CoordinatorNow">The coordinator's monotonic clock.</param>
    public sealed record BeatAnswered(string RunId, int Term, TimeSpan Sent, TimeSpan CoordinatorNow) : Said(RunId, Term);

    /// <summary>It is to prepare for a run.</summary>
    public sealed record RunOffered(string RunId, int Term, Plan Plan, TimeSpan Lease) : Said(RunId, Term);

    /// <summary>Who runs what, from now on.</summary>
    /// <param name="RunId">The run.</param>
    /// <param name="Term">Which coordinator speaks.</param>
    /// <param name="Assignment">For all workers.</param>
    /// <param name="LoadStart">When the load starts or started, by the coordinator's monotonic clock.</param>
    /// <param name="StartedAt">The same by its wall clock, for the result alone.</param>
    public sealed record WorkAssigned(string RunId, int Term, Assignment Assignment, TimeSpan LoadStart, DateTimeOffset StartedAt) : Said(RunId, Term);

    /// <summary>A report was counted.</summary>
    /// <param name="RunId">The run.</param>
    /// <param name="Term">Which coordinator speaks.</param>
    /// <param name="Number">Of the report.</param>
    /// <param name="SafeUpTo">Reports up to this number need not be kept for another coordinator.</param>
    /// <param name="MergeUpTo">Reports up to this number may be kept as one.</param>
    public sealed record ReportAcknowledged(string RunId, int Term, long Number, long SafeUpTo, long MergeUpTo) : Said(RunId, Term);

    /// <summary>A checkpoint to hold for a coordinator that may have to take over.</summary>
    public sealed record CheckpointGiven(string RunId, int Term, Checkpoint Checkpoint) : Said(RunId, Term);

    /// <summary>A coordinator takes over and asks for everything that is known here.</summary>
    public sealed record InventoryAsked(string RunId, int Term) : Said(RunId, Term);

    /// <summary>Nothing more is to begin; what is in progress may end.</summary>
    public sealed record StopOrdered(string RunId, int Term) : Said(RunId, Term);

    /// <summary>The run has ended; there may be another.</summary>
    public sealed record RunEnded(string RunId, int Term) : Said(RunId, Term);

    /// <summary>Nothing is expected of it any more.</summary>
    /// <param name="RunId">The run.</param>
    /// <param name="Term">Which coordinator speaks.</param>
    /// <param name="ExitCode">What its process should exit with.</param>
    /// <param name="Reason">Why, where it is not plain that the run has ended; empty otherwise.</param>
    public sealed record Released(string RunId, int Term, int ExitCode, string Reason) : Said(RunId, Term);

    /// <summary>Ready for the run, with this cryptography.</summary>
    public sealed record Prepared(string RunId, string Crypto) : WorkerEvent;

    /// <summary>Policy forbids targets here; nothing was dialled.</summary>
    public sealed record TargetsRefused(string RunId, IReadOnlyList<string> Reasons) : WorkerEvent;

    /// <summary>The plan cannot be carried out here.</summary>
    public sealed record PreparationFailed(string RunId, string Reason) : WorkerEvent;

    /// <summary>The load follows an assignment now.</summary>
    /// <param name="RunId">The run.</param>
    /// <param name="Term">The assignment's term.</param>
    /// <param name="Version">The assignment's version.</param>
    /// <param name="Reached">The first arrival that it has not come to.</param>
    /// <param name="Finished">Whether it had ended already, and takes no more.</param>
    public sealed record Divided(string RunId, int Term, int Version, long Reached, bool Finished) : WorkerEvent;

    /// <summary>Another whole second of the load has passed.</summary>
    public sealed record SecondPassed(string RunId) : WorkerEvent;

    /// <summary>A report that was asked for is made.</summary>
    public sealed record ReportMade(string RunId, WorkerReport Report) : WorkerEvent;

    /// <summary>Everything has ended here, and nothing more will begin.</summary>
    public sealed record Drained(string RunId) : WorkerEvent;

    /// <summary>The load failed, by a bug or lack of memory.</summary>
    public sealed record LoadFailed(string RunId, string Reason) : WorkerEvent;

    /// <summary>What was counted here is saved.</summary>
    public sealed record PartialSaved(string RunId) : WorkerEvent;

    /// <summary>The process is to go: it hands its share over and reports what it did.</summary>
    public sealed record LeaveRequested : WorkerEvent;

    /// <summary>Time has passed.</summary>
    public sealed record TimePassed : WorkerEvent;
}

/// <summary>What a worker has to do because of an event: say something to the coordinator, or do something here.</summary>
public abstract record WorkerEffect
{
    private WorkerEffect()
    {
    }

    /// <summary>Say: here I am. Repeated until it is welcomed.</summary>
    public sealed record Register : WorkerEffect;

    /// <summary>Say: I am alive. The answer renews the lease and tells the coordinator's time.</summary>
    /// <param name="RunId">The run it works on; empty for none.</param>
    /// <param name="AssignmentTerm">The term of the assignment that it follows; 0 for none.</param>
    /// <param name="Version">The version of that assignment; 0 for none.</param>
    /// <param name="Sent">When, by the worker's clock.</param>
    public sealed record Beat(string RunId, int AssignmentTerm, int Version, TimeSpan Sent) : WorkerEffect;

    /// <summary>Say: ready for the run.</summary>
    public sealed record SayPrepared(string RunId, string Crypto) : WorkerEffect;

    /// <summary>Say: policy forbids targets here.</summary>
    public sealed record SayRefused(string RunId, IReadOnlyList<string> Reasons) : WorkerEffect;

    /// <summary>Say: the plan cannot be carried out here.</summary>
    public sealed record SayUnfit(string RunId, string Reason) : WorkerEffect;

    /// <summary>Say: I follow that assignment, and where it has a cut, begin nothing from there or from <paramref name="Reached"/> on.</summary>
    public sealed record SayTaken(string RunId, int Term, int Version, long Reached, bool Finished) : WorkerEffect;

    /// <summary>Say: I was told to go; give my share to others.</summary>
    public sealed record SayLeaving(string RunId) : WorkerEffect;

    /// <summary>Say: my load broke down, and I go.</summary>
    public sealed record SayFailed(string RunId, string Reason) : WorkerEffect;

    /// <summary>Say: this is what ended since the report before.</summary>
    public sealed record Report(string RunId, WorkerReport Reported) : WorkerEffect;

    /// <summary>Say: the checkpoint is held.</summary>
    public sealed record SayHeld(string RunId, int Version) : WorkerEffect;

    /// <summary>Say: a coordinator has told me that the run has ended.</summary>
    public sealed record SayOver(string RunId) : WorkerEffect;

    /// <summary>Say: this is everything that I know of the run.</summary>
    public sealed record TellInventory(RunInventory Inventory) : WorkerEffect;

    /// <summary>Prepare for a run: read trust, check addresses, warm the code up.</summary>
    public sealed record Prepare(RunOffer Run) : WorkerEffect;

    /// <summary>Make the load of the run; it starts after <paramref name="StartsIn"/>, or started so long ago where that is negative.</summary>
    public sealed record BeginLoad(RunOffer Run, TimeSpan StartsIn) : WorkerEffect;

    /// <summary>Let the load follow an assignment; answered by <see cref="WorkerEvent.Divided"/>.</summary>
    public sealed record Divide(Assignment Assignment) : WorkerEffect;

    /// <summary>Let arrivals begin for so long from now.</summary>
    public sealed record Renew(TimeSpan Remaining) : WorkerEffect;

    /// <summary>Let nothing more begin.</summary>
    public sealed record StopLoad : WorkerEffect;

    /// <summary>Make a report of what has ended; answered by <see cref="WorkerEvent.ReportMade"/>.</summary>
    public sealed record MakeReport(long Number, bool Final) : WorkerEffect;

    /// <summary>Drop the run and everything that was made for it.</summary>
    public sealed record DropRun : WorkerEffect;

    /// <summary>Save everything that was counted here, since no coordinator has it; answered by <see cref="WorkerEvent.PartialSaved"/>.</summary>
    public sealed record SavePartial(RunOffer Run, string Crypto, DateTimeOffset StartedAt) : WorkerEffect;

    /// <summary>Let the process go, with this exit code.</summary>
    public sealed record Release(int ExitCode) : WorkerEffect;

    /// <summary>Tell the person who watches.</summary>
    public sealed record Warn(string Sentence) : WorkerEffect;
}
