using LoadGen.Core.Handshakes;
using LoadGen.Core.Plans;

namespace LoadGen.Cluster.Worker;

/// <summary>What a worker needs from the program around it.</summary>
public sealed record WorkerServices
{
    /// <summary>Makes the engine that a plan asks for.</summary>
    public required Func<Plan, IHandshakeEngine> CreateEngine { get; init; }

    /// <summary>Runs the code of a plan's handshakes until it is warm, without touching its targets.</summary>
    public required Func<Plan, CancellationToken, Task> WarmUp { get; init; }

    /// <summary>Sees the load as it happens.</summary>
    public required IWorkerObserver Observer { get; init; }

    /// <summary>Called with everything that was counted here when the coordinator was lost and none took over.</summary>
    public Action<AbandonedRun> Abandoned { get; init; } = _ => { };

    /// <summary>This worker's share of the work among others, at least 1.</summary>
    public int Weight { get; init; } = 1;

    /// <summary>How long to wait for a coordinator before there is a run.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The monotonic clock.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;
}
