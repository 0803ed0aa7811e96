using LoadGen.Core.Handshakes;
using LoadGen.Core.Plans;
using LoadGen.Core.Runs;
using LoadGen.Core.Tallies;

namespace LoadGen.Core.Generator;

/// <summary>
/// What the generator finds out about itself. A number that the generator limited must never be shown as the server's.
/// </summary>
public sealed record GeneratorAssessment
{
    /// <summary>Handshakes that start later than this, at the 99th percentile, were delayed by the generator.</summary>
    private static readonly TimeSpan MostLag = TimeSpan.FromMilliseconds(50);

    /// <summary>Above this part of its processors a process is saturated.</summary>
    private const double MostCpu = 0.9;

    /// <summary>Above this part of the time, garbage collection stalls everything.</summary>
    private const double MostGcPause = 0.1;

    private static readonly (FailureKind Kind, GeneratorLimit Limit)[] Exhausted =
        [(FailureKind.PortsExhausted, GeneratorLimit.Ports), (FailureKind.FilesExhausted, GeneratorLimit.Files)];

    /// <summary>User and system time of all generator processes for each handshake that ended; <see langword="null"/> for none.</summary>
    public double? CpuMicrosPerHandshake { get; init; }

    /// <summary>The part of the run that the worst process was paused for garbage collection, in percent.</summary>
    public double GcPausePercent { get; init; }

    /// <summary>How late handshakes were started.</summary>
    public LatencySummary? Lag { get; init; }

    /// <summary>Whether the generator was the limit.</summary>
    public bool Limited => Reasons.Count > 0;

    /// <summary>Why it was, each with its figure.</summary>
    public IReadOnlyList<string> Reasons { get; init; } = [];

    /// <summary>What limited it, by kind.</summary>
    public IReadOnlySet<GeneratorLimit> Limits { get; init; } = new HashSet<GeneratorLimit>();

    /// <summary>Judges the generator by what a run recorded.</summary>
    public static GeneratorAssessment Of(RunRecord record)
        => Of(record.Plan, record.Books, record.Tally, record.Workers.Select(worker => worker.Usage));

    /// <summary>Judges the generator by what is known of a run, which may still be in progress.</summary>
    /// <param name="plan">What is run.</param>
    /// <param name="books">What became of the arrivals.</param>
    /// <param name="tally">The samples of all workers.</param>
    /// <param name="usages">What each worker's process used, where that is known.</param>
    public static GeneratorAssessment Of(Plan plan, Books books, Tally tally, IEnumerable<GeneratorUsage?> usages)
    {
        // Workers in one process report the same process.
        var processes = usages
            .OfType<GeneratorUsage>()
            .GroupBy(usage => usage.Process, (_, same) => same.MaxBy(usage => usage.Measured)!)
            .ToList();
        var handshakes = books.Completed + books.Partial + books.Failed;
        var lag = tally.Lag.Summarize();
        var gcPause = processes.Select(usage => Part(usage.GcPause, usage.Measured)).DefaultIfEmpty().Max();
        // A closed load uses what it can get, and a saturated generator is then the limit; an open one that kept its times
        // and its connections was not delayed by it.
        var heldUp = plan.Load is Load.Closed || books.Dropped > 0;
        var reasons = FindReasons(tally, heldUp ? processes : [], lag, gcPause).ToList();
        return new GeneratorAssessment
        {
            CpuMicrosPerHandshake = handshakes > 0 ? processes.Sum(usage => usage.Cpu.TotalMicroseconds) / handshakes : null,
            GcPausePercent = gcPause * 100,
            Lag = lag,
            Reasons = [.. reasons.Select(reason => reason.Sentence)],
            Limits = reasons.Select(reason => reason.Limit).ToHashSet(),
        };
    }

    private static IEnumerable<(GeneratorLimit Limit, string Sentence)> FindReasons(
        Tally tally, IReadOnlyList<GeneratorUsage> heldUp, LatencySummary? lag, double gcPause)
    {
        if (lag is not null && lag.P99 > MostLag)
        {
            yield return (
                GeneratorLimit.ScheduleLag,
                $"schedule lag p99 {lag.P99.TotalMilliseconds:F1} ms (limit {MostLag.TotalMilliseconds:F0} ms)");
        }

        foreach (var usage in heldUp.Where(usage => Part(usage.Cpu, usage.Measured * usage.Cores) > MostCpu))
        {
            yield return (
                GeneratorLimit.Cpu,
                $"cpu: {usage.Process} used {Part(usage.Cpu, usage.Measured * usage.Cores):P0} of its {usage.Cores} processors");
        }

        if (gcPause > MostGcPause)
        {
            yield return (GeneratorLimit.GcPause, $"garbage collection: paused for {gcPause:P0} of the time");
        }

        foreach (var (kind, limit) in Exhausted)
        {
            var count = tally.Failures.Where(failure => failure.Key.Kind == kind).Sum(failure => failure.Value.Count);
            if (count > 0)
            {
                yield return (limit, $"{kind.Name()}: {count} connections could not be opened on this host");
            }
        }
    }

    private static double Part(TimeSpan part, TimeSpan whole) => whole > TimeSpan.Zero ? part / whole : 0;
}

/// <summary>What of the generator can be the limit of a run.</summary>
public enum GeneratorLimit
{
    /// <summary>Handshakes started late.</summary>
    ScheduleLag,

    /// <summary>A process used up its processors.</summary>
    Cpu,

    /// <summary>Garbage collection stalled everything.</summary>
    GcPause,

    /// <summary>No local port was left.</summary>
    Ports,

    /// <summary>No file descriptor was left.</summary>
    Files,
}

/// <summary>
/// What one process of the load generator used since it began its part of the run. Cumulative, so that the last report says all.
/// Workers in one process report the same process, which counts once.
/// </summary>
/// <param name="Process">Host name and process id, such as <c>node-3:4711</c>.</param>
/// <param name="Cores">Processors this process may use.</param>
/// <param name="Elapsed">Time since the start of the run's clock.</param>
/// <param name="Cpu">User and system time of the process.</param>
/// <param name="GcPause">Time all its managed threads were paused for garbage collection.</param>
public sealed record GeneratorUsage(string Process, int Cores, TimeSpan Elapsed, TimeSpan Cpu, TimeSpan GcPause)
{
    /// <summary>When it began its part, since the start of the run's clock: later than that for one that joined later.</summary>
    public TimeSpan Since { get; init; }

    /// <summary>The time over which the rest was used.</summary>
    public TimeSpan Measured => Elapsed - Since;
}
