using LoadGen.Core.Handshakes;
using LoadGen.Core.Plans;
using LoadGen.Core.Tallies;

namespace LoadGen.Core.Runs;

/// <summary>The run at one moment, for people who watch it. Made once a second.</summary>
public sealed record RunProgress
{
    public required string RunId { get; init; }

    /// <summary>What is run; a coordinator that took over has it from the workers.</summary>
    public Plan? Plan { get; init; }

    public required RunStage Stage { get; init; }

    /// <summary>Since the start of the load; zero before it.</summary>
    public TimeSpan Elapsed { get; init; }

    /// <summary>How long the load lasts; <see langword="null"/> where only a count bounds it.</summary>
    public TimeSpan? Duration { get; init; }

    /// <summary>The stage of the plan's shape in progress, from 0.</summary>
    public int LoadStage { get; init; }

    /// <summary>The plan's rate now, in arrivals per second; <see langword="null"/> for a closed load.</summary>
    public double? OfferedPerSecond { get; init; }

    /// <summary>Completed handshakes per second, over the last whole second that every worker has reported.</summary>
    public double CompletedPerSecond { get; init; }

    /// <summary>Failed handshakes per second, over the same second.</summary>
    public double FailedPerSecond { get; init; }

    /// <summary>Everything that has ended so far.</summary>
    public Books Ended { get; init; }

    /// <summary>Connections in progress, as of the last reports.</summary>
    public long InFlight { get; init; }

    /// <summary>Response times of the whole run so far; <see langword="null"/> before the first completed handshake.</summary>
    public LatencySummary? Response { get; init; }

    /// <summary>Handshake times of the whole run so far; <see langword="null"/> before the first completed handshake.</summary>
    public LatencySummary? Handshake { get; init; }

    /// <summary>What completed handshakes cost on the network so far; <see langword="null"/> where nothing of it was seen.</summary>
    public RunResult.WirePart? Wire { get; init; }

    /// <summary>Handshakes stopped on purpose so far, by where; <see langword="null"/> if none were.</summary>
    public IReadOnlyList<RunResult.PartialPart>? Partial { get; init; }

    /// <summary>Completed handshakes so far by what was negotiated, most frequent first.</summary>
    public IReadOnlyList<KeyValuePair<Negotiated, long>> Mix { get; init; } = [];

    /// <summary>Failures so far by kind, most frequent first.</summary>
    public IReadOnlyList<KeyValuePair<FailureKind, long>> Failures { get; init; } = [];

    /// <summary>Failures so far by what they are counted by, with an example of each, most frequent first.</summary>
    public IReadOnlyList<KeyValuePair<FailureKey, FailureCount>> FailureCauses { get; init; } = [];

    /// <summary>The last whole second that every worker has reported; <see langword="null"/> before there is one.</summary>
    public RunSecond? LastSecond { get; init; }

    public IReadOnlyList<WorkerState> Workers { get; init; } = [];

    /// <summary>How many workers the run should have: as many as it waits for at the start, or as have taken part.</summary>
    public int WorkersExpected { get; init; }
}

/// <summary>One second of a run in progress.</summary>
/// <param name="T">The whole seconds since the start of the load at which it begins.</param>
/// <param name="OfferedPerSecond">The plan's rate in the middle of it; <see langword="null"/> for a closed load.</param>
/// <param name="Completed">Handshakes completed in it.</param>
/// <param name="Failed">Handshakes failed in it.</param>
/// <param name="Dropped">Arrivals planned in it that found no free connection.</param>
/// <param name="P50">The median response time of what completed in it.</param>
/// <param name="P99">The 99th percentile of the same.</param>
public sealed record RunSecond(int T, double? OfferedPerSecond, long Completed, long Failed, long Dropped, TimeSpan? P50, TimeSpan? P99);

/// <summary>How far a run has come.</summary>
public enum RunStage
{
    /// <summary>Waiting for enough workers.</summary>
    Forming,

    /// <summary>Every worker has its slice and prepares: trust is read, addresses are checked, code is warm.</summary>
    Preparing,

    /// <summary>Under load.</summary>
    Running,

    /// <summary>Told to stop early: nothing starts any more, what is in progress may end.</summary>
    Stopping,

    /// <summary>Over; the result is known.</summary>
    Ended,
}
