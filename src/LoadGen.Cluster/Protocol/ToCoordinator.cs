using LoadGen.Core.Tallies;

namespace LoadGen.Cluster.Protocol;

/// <summary>What workers tell the coordinator.</summary>
internal abstract record ToCoordinator(string WorkerId) : IWireMessage
{
    /// <inheritdoc/>
    public abstract string RunId { get; }

    /// <summary>Here I am. Repeated until <see cref="ToWorker.Welcome"/> comes back; the worker knows of no run yet.</summary>
    public sealed record RegisterWorker(string WorkerId, string Host) : ToCoordinator(WorkerId)
    {
        public override string RunId => "";
    }

    /// <summary>Ready to start, with this cryptography.</summary>
    public sealed record WorkerPrepared(string RunId, string WorkerId, int Epoch, string Crypto) : ToCoordinator(WorkerId)
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

    /// <summary>
    /// What ended since the report before. Repeated with the same number until acknowledged; only then comes the next.
    /// </summary>
    /// <param name="RunId">The run.</param>
    /// <param name="WorkerId">The worker.</param>
    /// <param name="Epoch">The division of work that it was made under.</param>
    /// <param name="Number">From 1, without gaps.</param>
    /// <param name="Ended">The books of this report alone.</param>
    /// <param name="InFlight">Connections under way at the time of the report.</param>
    /// <param name="Usage">What the process used so far.</param>
    /// <param name="Final">Whether nothing comes after it.</param>
    /// <param name="EncodedTally">The <see cref="Tally"/> of this report alone, encoded.</param>
    public sealed record TallyReported(
        string RunId,
        string WorkerId,
        int Epoch,
        long Number,
        Books Ended,
        long InFlight,
        GeneratorUsage Usage,
        bool Final,
        byte[] EncodedTally) : ToCoordinator(WorkerId)
    {
        public override string RunId { get; } = RunId;
    }
}
