using LoadGen.Cluster.Coordinator;
using LoadGen.Core.Plans;
using LoadGen.Core.Runs;
using LoadGen.Core.Tallies;
using LoadGen.Live;
using LoadGen.Metrics;

namespace LoadGen.Running;

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
