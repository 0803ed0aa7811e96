using LoadGen.Core.Runs;
using LoadGen.Metrics;

namespace LoadGen.Running;

/// <summary>What came of a run that has a record: the result and the exit code that its verdict means.</summary>
internal sealed record FinishedRun(RunResult Result, int ExitCode)
{
    /// <summary>Judges a run, and lets the metrics tell where the generator was the limit.</summary>
    public static FinishedRun Of(RunRecord record, NodeMetrics metrics)
    {
        var verdict = Verdict.Of(record);
        foreach (var reason in verdict.Generator.Reasons)
        {
            metrics.GeneratorLimited(reason[..reason.IndexOf(':', StringComparison.Ordinal)]);
        }

        return new FinishedRun(RunResultBuilder.Build(record, verdict), CodeOf(verdict.Kind));
    }

    private static int CodeOf(VerdictKind verdict) => verdict switch
    {
        VerdictKind.Pass => LoadGen.ExitCode.Pass,
        VerdictKind.Fail => LoadGen.ExitCode.ThresholdsFailed,
        VerdictKind.Inconclusive => LoadGen.ExitCode.Inconclusive,
        _ => LoadGen.ExitCode.Aborted,
    };
}
