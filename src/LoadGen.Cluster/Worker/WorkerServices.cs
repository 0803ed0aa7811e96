using LoadGen.Core.Generator;
using LoadGen.Core.Handshakes;
using LoadGen.Core.Plans;
using LoadGen.Core.Tallies;

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

/// <summary>Sees what a worker counts, for metrics. Called from several threads; must be quick and must not throw.</summary>
public interface IWorkerObserver
{
    /// <summary>A worker got ready for a run; what is seen from now on belongs to it.</summary>
    void Prepared(string runId, Plan plan);

    /// <summary>What was counted since the call before, about once a second. The tally changes again afterwards: it is to be read within the call.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="workerId">The worker.</param>
    /// <param name="part">What ended since.</param>
    /// <param name="inFlight">Connections in progress now.</param>
    void Counted(string runId, string workerId, Tally part, long inFlight);
}

/// <summary>What a worker counted of a run whose coordinator was lost.</summary>
/// <param name="RunId">The run.</param>
/// <param name="WorkerId">The worker.</param>
/// <param name="Plan">What was run.</param>
/// <param name="StartedAt">When the load started, by the coordinator's wall clock.</param>
/// <param name="Tally">Everything that ended here.</param>
/// <param name="Usage">What the process used.</param>
/// <param name="Crypto">Whose cryptography the engine used.</param>
public sealed record AbandonedRun(
    string RunId, string WorkerId, Plan Plan, DateTimeOffset StartedAt, Tally Tally, GeneratorUsage Usage, string Crypto);
