using LoadGen.Core.Runs;

namespace LoadGen.Running;

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
