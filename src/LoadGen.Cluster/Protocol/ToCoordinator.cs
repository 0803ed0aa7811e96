using LoadGen.Core.Plans;
using LoadGen.Core.Runs;
using LoadGen.Core.Slices;
using LoadGen.Core.Tallies;

namespace LoadGen.Cluster.Protocol;

/// <summary>What workers tell the coordinator.</summary>
internal abstract record ToCoordinator(string WorkerId) : IWireMessage
{
    /// <inheritdoc/>
    public abstract string RunId { get; }

    /// <summary>Here I am. Repeated until <see cref="ToWorker.Welcome"/> comes back; the worker knows of no run yet.</summary>
    /// <param name="WorkerId">Its name, unique in the cluster.</param>
    /// <param name="Host">The machine it runs on.</param>
    /// <param name="Weight">Its share of the work among others, at least 1.</param>
    public sealed record RegisterWorker(string WorkerId, string Host, int Weight) : ToCoordinator(WorkerId)
    {
        public override string RunId => "";
    }

    /// <summary>I am alive. The answer renews the worker's lease, and tells the coordinator's time.</summary>
    /// <param name="RunId">The run it works on; empty for none.</param>
    /// <param name="WorkerId">The worker.</param>
    /// <param name="Term">Which coordinator it goes by.</param>
    /// <param name="Version">The assignment it goes by; 0 for none.</param>
    /// <param name="Sent">When, by the worker's monotonic clock.</param>
    public sealed record Beat(string RunId, string WorkerId, int Term, int Version, TimeSpan Sent) : ToCoordinator(WorkerId)
    {
        public override string RunId { get; } = RunId;
    }

    /// <summary>Ready to start, with this cryptography.</summary>
    public sealed record WorkerPrepared(string RunId, string WorkerId, string Crypto) : ToCoordinator(WorkerId)
    {
        public override string RunId { get; } = RunId;
    }

    /// <summary>Policy forbids targets here; nothing was dialled.</summary>
    public sealed record TargetsRefused(string RunId, string WorkerId, IReadOnlyList<string> Reasons) : ToCoordinator(WorkerId)
    {
        public override string RunId { get; } = RunId;
    }

    /// <summary>This worker cannot do what the plan asks.</summary>
    public sealed record PreparationFailed(string RunId, string WorkerId, string Reason) : ToCoordinator(WorkerId)
    {
        public override string RunId { get; } = RunId;
    }

    /// <summary>I go by that assignment, and where it has a cut, I begin nothing from there or from <paramref name="Reached"/> on.</summary>
    /// <param name="RunId">The run.</param>
    /// <param name="WorkerId">The worker.</param>
    /// <param name="Version">The version of the assignment.</param>
    /// <param name="Reached">The first arrival it has not come to.</param>
    /// <param name="Finished">Whether it had ended already, and takes no more.</param>
    public sealed record AssignmentTaken(string RunId, string WorkerId, int Version, long Reached, bool Finished) : ToCoordinator(WorkerId)
    {
        public override string RunId { get; } = RunId;
    }

    /// <summary>I was told to go: give my share to others.</summary>
    public sealed record WorkerLeaving(string RunId, string WorkerId) : ToCoordinator(WorkerId)
    {
        public override string RunId { get; } = RunId;
    }

    /// <summary>
    /// What ended since the report before. Repeated with the same number until acknowledged; only then comes the next.
    /// </summary>
    /// <param name="RunId">The run.</param>
    /// <param name="WorkerId">The worker.</param>
    /// <param name="Number">From 1, without gaps.</param>
    /// <param name="Ended">The books of this report alone.</param>
    /// <param name="InFlight">Connections under way at the time of the report.</param>
    /// <param name="Usage">What the process used so far.</param>
    /// <param name="Final">Whether nothing comes after it.</param>
    /// <param name="EncodedTally">The <see cref="Tally"/> of this report alone, encoded.</param>
    public sealed record TallyReported(
        string RunId,
        string WorkerId,
        long Number,
        Books Ended,
        long InFlight,
        GeneratorUsage Usage,
        bool Final,
        byte[] EncodedTally) : ToCoordinator(WorkerId)
    {
        public override string RunId { get; } = RunId;

        /// <summary>The number of the first report of those that this one is made of; its own unless reports were merged.</summary>
        public long First { get; init; } = Number;

        /// <summary>What it is to the run, apart from its tally.</summary>
        public RunEvent.ReportReceived ToEvent() => new(WorkerId, Number, Ended, InFlight, Usage, Final) { First = First };
    }

    /// <summary>The checkpoint is held; what it covers need not be kept any more.</summary>
    public sealed record CheckpointHeld(string RunId, string WorkerId, int Version) : ToCoordinator(WorkerId)
    {
        public override string RunId { get; } = RunId;
    }

    /// <summary>Everything a new coordinator needs from one worker to go on with the run.</summary>
    public sealed record Inventory(string RunId, string WorkerId) : ToCoordinator(WorkerId)
    {
        public override string RunId { get; } = RunId;

        public required string Host { get; init; }

        public required int Weight { get; init; }

        public required string Crypto { get; init; }

        /// <summary>The latest coordinator that it has heard of.</summary>
        public required int Term { get; init; }

        public required Plan Plan { get; init; }

        public required TimeSpan Lease { get; init; }

        /// <summary>What it goes by; <see langword="null"/> if it was ready and not given work yet.</summary>
        public required Assignment? Assignment { get; init; }

        /// <summary>Time since the start of the load, by its clock.</summary>
        public required TimeSpan Elapsed { get; init; }

        /// <summary>When the load started, by the first coordinator's wall clock.</summary>
        public required DateTimeOffset StartedAt { get; init; }

        /// <summary>Whether it was told to stop.</summary>
        public required bool Stopped { get; init; }

        /// <summary>The latest checkpoint, if it holds one.</summary>
        public required Checkpoint? Checkpoint { get; init; }

        /// <summary>Its reports that are in no checkpoint as far as it knows, in order.</summary>
        public required IReadOnlyList<TallyReported> Reports { get; init; }
    }
}
