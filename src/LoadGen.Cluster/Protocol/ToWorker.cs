using LoadGen.Core.Plans;
using LoadGen.Core.Slices;

namespace LoadGen.Cluster.Protocol;

/// <summary>What the coordinator tells workers.</summary>
internal abstract record ToWorker(string RunId) : IWireMessage
{
    /// <summary>You are registered; wait for work.</summary>
    public sealed record Welcome(string RunId) : ToWorker(RunId);

    /// <summary>Your share of the plan. Get ready, and answer with <see cref="ToCoordinator.WorkerPrepared"/>.</summary>
    public sealed record AssignSlice(string RunId, Plan Plan, Slice Slice) : ToWorker(RunId);

    /// <summary>Start the clock of the run <paramref name="Delay"/> after this arrives.</summary>
    public sealed record StartRun(string RunId, int Epoch, TimeSpan Delay) : ToWorker(RunId);

    /// <summary>The report of that number has been counted.</summary>
    public sealed record AcknowledgeReport(string RunId, long Number) : ToWorker(RunId);

    /// <summary>Start nothing more; let what is under way end, and report it.</summary>
    public sealed record StopRun(string RunId) : ToWorker(RunId);

    /// <summary>The run is over and nothing is expected of you any more.</summary>
    /// <param name="RunId">The run.</param>
    /// <param name="ExitCode">The code your process should exit with.</param>
    public sealed record Release(string RunId, int ExitCode) : ToWorker(RunId);
}
