using LoadGen.Core.Handshakes;
using LoadGen.Core.Tallies;

namespace LoadGen.Core.Runs;

/// <summary>
/// What the generator finds out about itself. A number that the generator limited must never be shown as the server's.
/// </summary>
public sealed record GeneratorAssessment
{
    /// <summary>Handshakes that start later than this, at the 99th percentile, were held up by the generator.</summary>
    private static readonly TimeSpan MostLag = TimeSpan.FromMilliseconds(50);

    /// <summary>Above this part of its processors a process is saturated.</summary>
    private const double MostCpu = 0.9;

    /// <summary>Above this part of the time, garbage collection holds everything up.</summary>
    private const double MostGcPause = 0.1;

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

    /// <summary>Judges the generator by what a run recorded.</summary>
    public static GeneratorAssessment Of(RunRecord record)
    {
        // Workers in one process report the same process.
        var processes = record.Workers
            .Select(worker => worker.Usage)
            .OfType<GeneratorUsage>()
            .GroupBy(usage => usage.Process, (_, usages) => usages.MaxBy(usage => usage.Elapsed)!)
            .ToList();
        var books = record.Books;
        var handshakes = books.Completed + books.Failed;
        var lag = record.Tally.Lag.Summarize();
        var gcPause = processes.Select(usage => Part(usage.GcPause, usage.Elapsed)).DefaultIfEmpty().Max();
        return new GeneratorAssessment
        {
            CpuMicrosPerHandshake = handshakes > 0 ? processes.Sum(usage => usage.Cpu.TotalMicroseconds) / handshakes : null,
            GcPausePercent = gcPause * 100,
            Lag = lag,
            Reasons = [.. FindReasons(record, processes, lag, gcPause)],
        };
    }

    private static IEnumerable<string> FindReasons(
        RunRecord record, IReadOnlyList<GeneratorUsage> processes, LatencySummary? lag, double gcPause)
    {
        if (lag is not null && lag.P99 > MostLag)
        {
            yield return $"schedule lag: the 99th percentile of starts was {lag.P99.TotalMilliseconds:F1} ms late (limit {MostLag.TotalMilliseconds:F0} ms)";
        }

        // A closed load uses what it can get, and a saturated generator is then the limit; an open one that kept its times
        // and its connections was not held up by it.
        var heldUp = record.Plan.Load is Plans.Load.Closed || record.Books.Dropped > 0;
        foreach (var usage in processes.Where(usage => heldUp && Part(usage.Cpu, usage.Elapsed * usage.Cores) > MostCpu))
        {
            yield return $"cpu: {usage.Process} used {Part(usage.Cpu, usage.Elapsed * usage.Cores):P0} of its {usage.Cores} processors";
        }

        if (gcPause > MostGcPause)
        {
            yield return $"garbage collection: paused for {gcPause:P0} of the time";
        }

        foreach (var kind in (FailureKind[])[FailureKind.PortsExhausted, FailureKind.FilesExhausted])
        {
            var count = record.Tally.Failures.Where(failure => failure.Key.Kind == kind).Sum(failure => failure.Value.Count);
            if (count > 0)
            {
                yield return $"{kind.Name()}: {count} connections could not be opened on this side";
            }
        }
    }

    private static double Part(TimeSpan part, TimeSpan whole) => whole > TimeSpan.Zero ? part / whole : 0;
}
