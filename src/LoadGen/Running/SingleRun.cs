using LoadGen.Cluster.Nodes;
using LoadGen.Core.Plans;
using LoadGen.Core.Runs;

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
