using LoadGen.Core.Runs;
using LoadGen.Metrics;

namespace LoadGen.Running;

/// <summary>What came of a run that has a record: the result and the exit code that its verdict means.</summary>
internal sealed record FinishedRun(RunResult Result, int ExitCode)
{
    /// <summary>Judges a run, and lets the metrics tell.</summary>
    public static FinishedRun Of(RunRecord record, NodeMetrics metrics)
    {
        var verdict = Verdict.Of(record);
        metrics.RunEnded(record, verdict);
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

/// <summary>Why a run has no result: sentences for the user, and the exit code.</summary>
internal sealed record UnfinishedRun(IReadOnlyList<string> Sentences, int ExitCode)
{
    public static UnfinishedRun Of(RunEnding ending) => ending switch
    {
        RunEnding.NotFormed notFormed => new([$"the cluster did not form: {notFormed.Reason}"], LoadGen.ExitCode.NotFormed),
        RunEnding.TargetsRefused refused => new(refused.Reasons, LoadGen.ExitCode.TargetRefused),
        RunEnding.Impossible impossible => new([impossible.Reason], LoadGen.ExitCode.Fault),
        _ => new(["the run ended without a record"], LoadGen.ExitCode.Fault),
    };
}
