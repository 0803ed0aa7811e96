using LoadGen.Cluster.Worker;
using LoadGen.Metrics;
using LoadGen.Tls;

namespace LoadGen.Running;

/// <summary>What a worker is made of in this program.</summary>
internal static class Workers
{
    /// <summary>The services of a worker that counts into <paramref name="metrics"/>.</summary>
    public static WorkerServices Services(NodeMetrics metrics) => new()
    {
        CreateEngine = plan => Engines.Create(plan, TimeProvider.System),
        WarmUp = WarmUp.RunAsync,
        Observer = metrics,
    };
}
