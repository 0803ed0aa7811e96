namespace LoadGen.Core.Runs;

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

    /// <summary>Too few workers came in time.</summary>
    public sealed record NotFormed(string Reason) : RunEnding;

    /// <summary>Policy forbids a target; nothing was dialled.</summary>
    public sealed record TargetsRefused(IReadOnlyList<string> Reasons) : RunEnding;

    /// <summary>A worker could not do what the plan asks.</summary>
    public sealed record Impossible(string Reason) : RunEnding;
}
