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

    /// <summary>The monotonic clock.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;
}
