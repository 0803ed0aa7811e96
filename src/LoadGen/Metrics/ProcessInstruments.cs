using Prometheus;

namespace LoadGen.Metrics;

/// <summary>What every node exposes: which run it works on, and what its process and machine use, read at each scrape.</summary>
internal sealed class ProcessInstruments
{
    private readonly Gauge _runInfo;
    private readonly Counter _gcPause;
    private readonly Gauge _poolThreads;
    private readonly Gauge _poolQueue;
    private readonly Gauge _sockets;

    public ProcessInstruments()
    {
        DotNetStats.Register(Registry);
        var make = Prometheus.Metrics.WithCustomRegistry(Registry);
        _runInfo = make.CreateGauge("loadgen_run_info", "Always 1; the labels identify the current or most recent run of this process.", "run_id", "version");
        _gcPause = make.CreateCounter("dotnet_gc_pause_seconds_total", "Time all managed threads were paused for garbage collection.");
        _poolThreads = make.CreateGauge("dotnet_threadpool_threads", "Threads in the thread pool.");
        _poolQueue = make.CreateGauge("dotnet_threadpool_queue_length", "Work items waiting for a thread of the pool.");
        _sockets = make.CreateGauge("loadgen_tcp_sockets", "TCP sockets of this network namespace (all processes), by state; Linux only.", "state");
    }

    public CollectorRegistry Registry { get; } = Prometheus.Metrics.NewCustomRegistry();

    /// <summary>From now on this run is the one.</summary>
    public void RunIs(string runId)
    {
        foreach (var labels in _runInfo.GetAllLabelValues().Where(labels => labels[0] != runId))
        {
            _runInfo.RemoveLabelled(labels);
        }

        _runInfo.WithLabels(runId, NodeMetrics.Version).Set(1);
    }

    /// <summary>Reads what is used now.</summary>
    public void Read()
    {
        _gcPause.IncTo(GC.GetTotalPauseDuration().TotalSeconds);
        _poolThreads.Set(ThreadPool.ThreadCount);
        _poolQueue.Set(ThreadPool.PendingWorkItemCount);
        foreach (var (state, count) in SocketStatistics.Read())
        {
            _sockets.WithLabels(state).Set(count);
        }
    }
}

/// <summary>How many TCP sockets the network namespace has, as the kernel of Linux tells in <c>/proc/net/sockstat</c>.</summary>
internal static class SocketStatistics
{
    private const string Path = "/proc/net/sockstat";

    // The names in the file, and those of the metric.
    private static readonly (string Word, string State)[] States = [("inuse", "in_use"), ("orphan", "orphan"), ("tw", "time_wait")];

    /// <summary>Sockets by state; none where the system does not tell.</summary>
    public static IEnumerable<(string State, long Count)> Read()
    {
        try
        {
            return Parse(File.ReadAllText(Path));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>Reads the text of the file: a line such as <c>TCP: inuse 4 orphan 0 tw 12 alloc 6 mem 0</c>.</summary>
    public static IReadOnlyList<(string State, long Count)> Parse(string text)
    {
        var words = text.Split('\n').FirstOrDefault(line => line.StartsWith("TCP: ", StringComparison.Ordinal))?.Split(' ') ?? [];
        var counts = new List<(string, long)>();
        foreach (var (word, state) in States)
        {
            if (Array.IndexOf(words, word) is >= 0 and var at && at + 1 < words.Length && long.TryParse(words[at + 1], out var count))
            {
                counts.Add((state, count));
            }
        }

        return counts;
    }
}
