using LoadGen.Cluster.Coordinator;
using LoadGen.Cluster.Worker;
using LoadGen.Core.Plans;
using LoadGen.Core.Runs;
using LoadGen.Core.Tallies;

namespace LoadGen.Cluster.Tests.Worker;

/// <summary>Counts what a worker's load does.</summary>
internal sealed class CountingWorkerObserver : IWorkerObserver
{
    private long _arrived;
    private long _ended;
    private long _dropped;
    private long _inFlight;

    public (long Arrived, long Ended, long Dropped, long InFlight) Counts
        => (Interlocked.Read(ref _arrived), Interlocked.Read(ref _ended), Interlocked.Read(ref _dropped), Interlocked.Read(ref _inFlight));

    public void Prepared(string runId, Plan plan)
    {
    }

    public void Arrived(int target, int profile) => Interlocked.Increment(ref _arrived);

    public void InFlightChanged(int change) => Interlocked.Add(ref _inFlight, change);

    public void Ended(Sample sample) => Interlocked.Increment(ref _ended);

    public void Dropped(int target, int profile) => Interlocked.Increment(ref _dropped);
}

/// <summary>Waits for the end of a run.</summary>
internal sealed class WaitingRunObserver : IRunObserver
{
    private readonly TaskCompletionSource<(RunEnding, RunRecord?)> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _running = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<(RunEnding Ending, RunRecord? Record)> Ended => _ended.Task;

    /// <summary>Ends when the load has begun.</summary>
    public Task Running => _running.Task;

    public void Progressed(RunProgress progress)
    {
        if (progress.Stage == RunStage.Running && progress.Elapsed > TimeSpan.Zero)
        {
            _running.TrySetResult();
        }
    }

    void IRunObserver.Ended(RunEnding ending, RunRecord? record) => _ended.SetResult((ending, record));

    public void WorkersLeft()
    {
    }
}
