using LoadGen.Core.Plans;
using LoadGen.Core.Tallies;

namespace LoadGen.Cluster.Worker;

/// <summary>Sees a worker's load as it happens, for metrics. Called from several threads; must be quick and must not throw.</summary>
public interface IWorkerObserver
{
    /// <summary>A worker got ready for a run; what is seen from now on belongs to it.</summary>
    void Prepared(string runId, Plan plan);

    /// <summary>An arrival came due.</summary>
    void Arrived(int target, int profile);

    /// <summary>The number of connections under way changed.</summary>
    void InFlightChanged(int change);

    /// <summary>A handshake ended.</summary>
    void Ended(Sample sample);

    /// <summary>An arrival found no free connection.</summary>
    void Dropped(int target, int profile);
}
