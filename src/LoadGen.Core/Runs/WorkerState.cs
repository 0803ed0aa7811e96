using LoadGen.Core.Generator;
using LoadGen.Core.Tallies;

namespace LoadGen.Core.Runs;

/// <summary>What the coordinator knows of one worker.</summary>
public sealed record WorkerState(string Id, string Host, int Weight = 1)
{
    public WorkerStage Stage { get; init; } = WorkerStage.Waiting;

    /// <summary>Whose cryptography its engine uses; <see langword="null"/> before it was ready.</summary>
    public string? Crypto { get; init; }

    /// <summary>When it was last heard of, by the coordinator's monotonic clock.</summary>
    public TimeSpan LastHeard { get; init; }

    /// <summary>When it last said that it follows an assignment of this run, by its own clock.</summary>
    public TimeSpan? HadWorkAt { get; init; }

    /// <summary>The version of the assignment that it has taken; 0 for none.</summary>
    public int Version { get; init; }

    /// <summary>The number of the last report that was counted; 0 for none.</summary>
    public long LastReport { get; init; }

    /// <summary>How many arrivals its reports told of, those of reports that never came too.</summary>
    public long Told { get; init; }

    /// <summary>The sum of its reports, and what was lost with it.</summary>
    public Books Books { get; init; }

    /// <summary>Connections in progress, as of the last report.</summary>
    public long InFlight { get; init; }

    /// <summary>What its process used, as of the last report.</summary>
    public GeneratorUsage? Usage { get; init; }

    /// <summary>When it was lost, from the start of the load.</summary>
    public TimeSpan? LostAt { get; init; }

    /// <summary>Whether it takes no part any more and wants to leave.</summary>
    public bool IsLeaving { get; init; }

    /// <summary>Whether its load has ended, and only its last report is to come.</summary>
    public bool IsDone { get; init; }

    /// <summary>Whether it is known which arrivals it had been given, and so how many of them are lost.</summary>
    public bool IsSettled { get; init; }

    /// <summary>Whether it has ever been given work.</summary>
    public bool TookPart { get; init; }

    /// <summary>Whether the run waits for it.</summary>
    public bool IsActive => Stage == WorkerStage.Running;

    /// <summary>Whether nothing more is expected of it.</summary>
    public bool IsOver => Stage is WorkerStage.Finished or WorkerStage.Lost;
}

/// <summary>How far one worker has come in a run.</summary>
public enum WorkerStage
{
    /// <summary>Known, and told nothing yet.</summary>
    Waiting,

    /// <summary>Has the plan and prepares.</summary>
    Preparing,

    /// <summary>Ready to start, without a share of the work.</summary>
    Prepared,

    /// <summary>Under load, or draining.</summary>
    Running,

    /// <summary>Its last report has arrived.</summary>
    Finished,

    /// <summary>Lost before its last report.</summary>
    Lost,
}
