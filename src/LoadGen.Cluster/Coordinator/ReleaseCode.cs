using LoadGen.Core.Runs;

namespace LoadGen.Cluster.Coordinator;

/// <summary>
/// The code a worker's process exits with, by the contract: its own part of the run went well, or why there was none. The
/// verdict is the coordinator's alone.
/// </summary>
internal static class ReleaseCode
{
    /// <summary>The run ended early for this worker.</summary>
    public const int Aborted = 11;

    /// <summary>This worker could not take part.</summary>
    public const int Fault = 1;

    public static int Of(RunEnding ending) => ending switch
    {
        RunEnding.Finished { AbortReason: null } => 0,
        RunEnding.Finished => Aborted,
        RunEnding.NotFormed => 13,
        RunEnding.TargetsRefused => 14,
        _ => Fault,
    };
}
