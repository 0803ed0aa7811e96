using LoadGen.Core.Plans;

namespace LoadGen.Core.Runs;

/// <summary>A run to coordinate.</summary>
/// <param name="RunId">Unique.</param>
/// <param name="Plan">What to do; <see langword="null"/> for a standby that only takes over.</param>
/// <param name="MinWorkers">How many workers to wait for, at least 1.</param>
/// <param name="StartDeadline">How long to wait for them.</param>
public sealed record RunOrder(string RunId, Plan? Plan, int MinWorkers, TimeSpan StartDeadline)
{
    /// <summary>How long workers go on without hearing from a coordinator.</summary>
    public TimeSpan Lease { get; init; } = RunState.DefaultLease;

    /// <summary>Whether this coordinator comes after another, and first waits for workers that tell of a run in progress.</summary>
    public bool TakesOver { get; init; }
}
