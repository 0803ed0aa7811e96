using LoadGen.Core.Plans;
using LoadGen.Core.Tallies;

namespace LoadGen.Cluster.Worker;

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
