using System.Reflection;
using LoadGen.Cluster.Worker;
using LoadGen.Core.Plans;
using LoadGen.Core.Runs;
using LoadGen.Core.Tallies;

namespace LoadGen.Metrics;

/// <summary>
/// Every instrument of a node, one method an event. Label values come from closed sets: aliases of the plan, names of
/// phases, kinds and alerts; never an address or an error text. A new run starts from zero, without the series of the last.
/// </summary>
internal sealed class NodeMetrics : IWorkerObserver
{
    /// <summary>The format that <see cref="WriteAsync"/> writes.</summary>
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private readonly Lock _lock = new();
    private readonly ProcessInstruments _process = new();
    private volatile WorkerInstruments? _worker;
    private volatile RunInstruments? _run;

    /// <summary>The program's version.</summary>
    public static string Version { get; } =
        typeof(NodeMetrics).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    public void Prepared(string runId, Plan plan)
    {
        lock (_lock)
        {
            // Workers in one process prepare for the same run.
            if (_worker?.RunId != runId)
            {
                _process.RunIs(runId);
                _worker = new WorkerInstruments(runId, plan);
            }
        }
    }

    public void Counted(string runId, string workerId, Tally part, long inFlight)
    {
        if (_worker is { } worker && worker.RunId == runId)
        {
            worker.Counted(workerId, part, inFlight);
        }
    }

    /// <summary>The coordinator's view of the run changed.</summary>
    public void Progressed(RunProgress progress, Plan plan, Tally merged) => InstrumentsOf(progress.RunId, plan).Progressed(progress, plan, merged);

    /// <summary>The run that this node coordinates has ended.</summary>
    public void RunEnded(RunRecord record, Verdict verdict) => InstrumentsOf(record.RunId, record.Plan).Ended(record.Tally, verdict);

    /// <summary>Writes everything as it is now, in the text format of Prometheus.</summary>
    public async Task WriteAsync(Stream to, CancellationToken cancellation)
    {
        var (worker, run) = (_worker, _run);
        worker?.Fold();
        _process.Read();
        foreach (var registry in new[] { worker?.Registry, run?.Registry, _process.Registry })
        {
            if (registry is not null)
            {
                await registry.CollectAndExportAsTextAsync(to, cancellation);
            }
        }
    }

    private RunInstruments InstrumentsOf(string runId, Plan plan)
    {
        lock (_lock)
        {
            if (_run is { } run && run.RunId == runId)
            {
                return run;
            }

            _process.RunIs(runId);
            return _run = new RunInstruments(runId, plan);
        }
    }
}
