using LoadGen.Core.Slices;
using LoadGen.Core.Tallies;

namespace LoadGen.Core.Runs;

/// <summary>What the coordinator knows of one worker.</summary>
public sealed record WorkerState(string Id, string Host)
{
    public WorkerStage Stage { get; init; } = WorkerStage.Waiting;

    /// <summary>Whose cryptography its engine uses; <see langword="null"/> before it was ready.</summary>
    public string? Crypto { get; init; }

    /// <summary>What it was given; <see langword="null"/> while it waits.</summary>
    public Slice? Slice { get; init; }

    /// <summary>The number of the last report that was counted; 0 for none.</summary>
    public long LastReport { get; init; }

    /// <summary>The sum of its reports, and what was lost with it.</summary>
    public Books Books { get; init; }

    /// <summary>What its process used, as of the last report.</summary>
    public GeneratorUsage? Usage { get; init; }

    /// <summary>When it was lost, from the start of the load.</summary>
    public TimeSpan? LostAt { get; init; }

    /// <summary>Whether the run waits for it.</summary>
    public bool IsActive => Stage is WorkerStage.Preparing or WorkerStage.Prepared or WorkerStage.Running;
}
