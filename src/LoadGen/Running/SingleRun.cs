using LoadGen.Cluster.Coordinator;
using LoadGen.Cluster.Nodes;
using LoadGen.Core.Plans;
using LoadGen.Core.Runs;
using LoadGen.Core.Tallies;
using LoadGen.Live;
using LoadGen.Metrics;
using LoadGen.Running.Outputs;

namespace LoadGen.Running;

/// <summary>The runs of a coordinator that has only one. One that takes over learns which from the workers.</summary>
internal sealed class SingleRun : IRuns
{
    private readonly Lock _lock = new();
    private volatile RunFeed? _feed;
    private RunHandle? _handle;
    private string? _stopReason;

    /// <param name="runId">The run's; for a standby, that of the run that it may have to begin.</param>
    /// <param name="plan">What to run; <see langword="null"/> for a standby that only takes over.</param>
    /// <param name="standby">Whether there is nothing to see until it takes over.</param>
    /// <param name="kept">Where results are kept.</param>
    public SingleRun(string runId, Plan? plan, bool standby, KeptResults kept)
    {
        Kept = kept;
        _feed = standby ? null : NewFeed(runId, plan);
    }

    public IReadOnlyList<RunFeed> All => _feed is { } feed ? [feed] : [];

    public KeptResults Kept { get; }

    public ChangeSignal Changes { get; } = new();

    public RunFeed? Find(string id) => _feed is { } feed && feed.Id == id ? feed : null;

    /// <summary>The run can be stopped from now on.</summary>
    public void Started(RunHandle handle)
    {
        lock (_lock)
        {
            _handle = handle;
            if (_stopReason is { } reason)
            {
                handle.Stop(reason);
            }
        }
    }

    public void Progressed(RunProgress progress)
    {
        if (_feed?.Id != progress.RunId)
        {
            _feed = NewFeed(progress.RunId, progress.Plan);
        }

        _feed.Progressed(progress);
    }

    public void End(FinishedRun finished) => _feed?.End(finished);

    public void End(UnfinishedRun unfinished) => _feed?.End(unfinished);

    private RunFeed NewFeed(string runId, Plan? plan) => new(runId, plan, Stop, Changes, TimeProvider.System);

    private void Stop(string reason)
    {
        lock (_lock)
        {
            _stopReason = reason;
            _handle?.Stop(reason);
        }
    }
}

/// <summary>Follows one run from its coordinator's side to its end: shows it, exposes it, and keeps what came of it.</summary>
internal sealed class RunSession(IProgressView view, NodeMetrics metrics, SingleRun run) : IRunObserver
{
    private readonly TaskCompletionSource<(RunEnding, RunRecord?)> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _left = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>How the run ended, and everything known about it where it finished.</summary>
    public Task<(RunEnding Ending, RunRecord? Record)> Ended => _ended.Task;

    /// <summary>Ends when every worker has left.</summary>
    public Task AllLeft => _left.Task;

    /// <summary>Whether the coordinator here has had anything to do.</summary>
    public bool Begun { get; private set; }

    public void Progressed(RunProgress progress)
    {
        Begun = true;
        view.Show(progress);
        run.Progressed(progress);
    }

    public void Counted(RunProgress progress, Plan plan, Tally merged) => metrics.Progressed(progress, plan, merged);

    void IRunObserver.Ended(RunEnding ending, RunRecord? record) => _ended.TrySetResult((ending, record));

    public void WorkersLeft() => _left.TrySetResult();
}
