using LoadGen.Core.Generator;
using LoadGen.Core.Plans;
using LoadGen.Core.Tallies;

namespace LoadGen.Core.Runs;

/// <summary>Everything known about a run that has ended.</summary>
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

/// <summary>One worker's part of a run that has ended.</summary>
/// <param name="Id">Its name, unique in the run.</param>
/// <param name="Host">The machine it ran on.</param>
/// <param name="Books">What became of its arrivals.</param>
/// <param name="LostAt">When it was lost, from the start of the load; <see langword="null"/> if it stayed.</param>
/// <param name="Usage">What its process used; <see langword="null"/> if it never reported.</param>
public sealed record WorkerRecord(string Id, string Host, Books Books, TimeSpan? LostAt, GeneratorUsage? Usage)
{
    /// <summary>Whose cryptography its engine used; <see langword="null"/> if it never was ready.</summary>
    public string? Crypto { get; init; }
}

/// <summary>How a run came to its end.</summary>
public abstract record RunEnding
{
    private RunEnding()
    {
    }

    /// <summary>
    /// What a worker's process exits with, by the contract: its own part of the run went well, or why there was none. The
    /// verdict is the coordinator's alone.
    /// </summary>
    public int WorkerExitCode => this switch
    {
        Finished { AbortReason: null } => 0,
        Finished => WorkerRun.ExitAborted,
        NotFormed => WorkerRun.ExitNotFormed,
        TargetsRefused => 14,
        _ => WorkerRun.ExitFault,
    };

    /// <summary>There is something to report, whole or in part.</summary>
    /// <param name="Workers">Every worker that had a slice.</param>
    /// <param name="Duration">From the start of the load to its end.</param>
    /// <param name="AbortReason">Why it ended early; <see langword="null"/> if it did not.</param>
    public sealed record Finished(IReadOnlyList<WorkerRecord> Workers, TimeSpan Duration, string? AbortReason) : RunEnding;

    /// <summary>Too few workers joined in time.</summary>
    public sealed record NotFormed(string Reason) : RunEnding;

    /// <summary>Policy forbids a target; nothing was dialled.</summary>
    public sealed record TargetsRefused(IReadOnlyList<string> Reasons) : RunEnding;

    /// <summary>A worker could not do what the plan asks.</summary>
    public sealed record Impossible(string Reason) : RunEnding;
}
