using LoadGen.Cluster.Worker;
using LoadGen.Metrics;
using LoadGen.Tls;

namespace LoadGen.Running;

/// <summary>What a worker is made of in this program.</summary>
internal static class Workers
{
    /// <summary>The services of a worker that counts into <paramref name="metrics"/>.</summary>
    /// <param name="metrics">What it counts into.</param>
    /// <param name="warmUp">A warm-up of the same plan in progress in this process already; by default each worker has its own.</param>
    public static WorkerServices Services(NodeMetrics metrics, Task? warmUp = null) => new()
    {
        CreateEngine = plan => Engines.Create(plan, TimeProvider.System),
        WarmUp = warmUp is null ? WarmUp.RunAsync : (_, cancellation) => warmUp.WaitAsync(cancellation),
        Observer = metrics,
    };
}
