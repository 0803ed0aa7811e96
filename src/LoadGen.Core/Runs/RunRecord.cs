using LoadGen.Core.Plans;
using LoadGen.Core.Tallies;

namespace LoadGen.Core.Runs;

/// <summary>Everything known about a run that is over.</summary>
public sealed record RunRecord
{
    public required string RunId { get; init; }

    public required Plan Plan { get; init; }

    /// <summary>When the load started, by the coordinator's wall clock.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>From the start of the load to its end.</summary>
    public required TimeSpan Duration { get; init; }

    public required IReadOnlyList<WorkerRecord> Workers { get; init; }

    /// <summary>The samples of all workers.</summary>
    public required Tally Tally { get; init; }

    /// <summary>Why the run ended early; <see langword="null"/> if it did not.</summary>
    public string? AbortReason { get; init; }

    /// <summary>What the built-in target counted, where it was the target.</summary>
    public BuiltInTargetCounts? BuiltInTarget { get; init; }

    /// <summary>What became of all arrivals.</summary>
    public Books Books => Workers.Aggregate(default(Books), (sum, worker) => sum + worker.Books);

    /// <summary>Completed handshakes per second; 0 for a run that never started.</summary>
    public double CompletedPerSecond => Duration > TimeSpan.Zero ? Books.Completed / Duration.TotalSeconds : 0;
}
