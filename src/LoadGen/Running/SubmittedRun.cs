using LoadGen.Cluster.Coordinator;
using LoadGen.Core.Plans;
using LoadGen.Core.Runs;
using LoadGen.Core.Tallies;
using LoadGen.Metrics;

namespace LoadGen.Running;

/// <summary>One run of a coordinator as it is asked for over HTTP: waiting, under way, or over. Safe for concurrent use.</summary>
internal sealed class SubmittedRun(string id, Plan plan, NodeMetrics metrics) : IRunObserver
{
    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _lock = new();
    private volatile RunProgress? _progress;
    private volatile FinishedRun? _finished;
    private volatile UnfinishedRun? _unfinished;
    private Action<string>? _stop;
    private string? _stopReason;

    public string Id { get; } = id;

    public Plan Plan { get; } = plan;

    public DateTimeOffset SubmittedAt { get; } = DateTimeOffset.UtcNow;

    /// <summary>The latest view of it; <see langword="null"/> while it waits for its turn.</summary>
    public RunProgress? Progress => _progress;

    /// <summary>What came of it, once it is over and has a result.</summary>
    public FinishedRun? Finished => _finished;

    /// <summary>Why it has no result, once it is over and has none.</summary>
    public UnfinishedRun? Unfinished => _unfinished;

    /// <summary>Ends when the run is over.</summary>
    public Task Over => _over.Task;

    /// <summary>Its turn has come: begins it, unless it was stopped while it waited.</summary>
    /// <param name="begin">Begins it.</param>
    /// <param name="stop">Stops it from then on; never called before <paramref name="begin"/> was.</param>
    /// <returns>Whether it has begun.</returns>
    public bool TryBegin(Action begin, Action<string> stop)
    {
        lock (_lock)
        {
            if (_stopReason is null)
            {
                begin();
                _stop = stop;
                return true;
            }
        }

        _unfinished = new UnfinishedRun([$"{_stopReason} before it began"], ExitCode.Aborted);
        _over.TrySetResult();
        return false;
    }

    /// <summary>Ends it early.</summary>
    public void Stop(string reason)
    {
        lock (_lock)
        {
            _stopReason ??= reason;
            if (!_over.Task.IsCompleted)
            {
                _stop?.Invoke(reason);
            }
        }
    }

    public void Progressed(RunProgress progress) => _progress = progress;

    public void Counted(RunProgress progress, Plan plan, Tally merged) => metrics.Progressed(progress, plan, merged);

    public void Ended(RunEnding ending, RunRecord? record)
    {
        if (record is not null)
        {
            _finished = FinishedRun.Of(record, metrics);
        }
        else
        {
            _unfinished = UnfinishedRun.Of(ending);
        }
    }

    public void WorkersLeft()
    {
        lock (_lock)
        {
            // From now on the coordinator may have another run, which nobody may stop by this one's name.
            _over.TrySetResult();
        }
    }
}
