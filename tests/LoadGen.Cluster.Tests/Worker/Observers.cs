using LoadGen.Cluster.Coordinator;
using LoadGen.Cluster.Worker;
using LoadGen.Core.Plans;
using LoadGen.Core.Runs;
using LoadGen.Core.Tallies;

namespace LoadGen.Cluster.Tests.Worker;

/// <summary>Keeps the books of what workers counted.</summary>
internal sealed class CountingWorkerObserver : IWorkerObserver
{
    private readonly Lock _lock = new();
    private readonly List<(Func<Books, bool> Condition, TaskCompletionSource Reached)> _awaited = [];
    private Books _books;

    public Books Books
    {
        get
        {
            lock (_lock)
            {
                return _books;
            }
        }
    }

    /// <summary>Ends when the books are so.</summary>
    public Task Until(Func<Books, bool> condition)
    {
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            _awaited.Add((condition, reached));
            Tell();
        }

        return reached.Task;
    }

    public void Prepared(string runId, Plan plan)
    {
    }

    public void Counted(string runId, string workerId, Tally part, long inFlight)
    {
        lock (_lock)
        {
            _books += part.Books;
            Tell();
        }
    }

    private void Tell()
    {
        foreach (var (_, reached) in _awaited.Where(each => each.Condition(_books)))
        {
            reached.TrySetResult();
        }
    }
}

/// <summary>Waits for the end of a run.</summary>
internal sealed class WaitingRunObserver : IRunObserver
{
    private readonly TaskCompletionSource<(RunEnding, RunRecord?)> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _running = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _stopping = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<(RunEnding Ending, RunRecord? Record)> Ended => _ended.Task;

    /// <summary>Ends when the load has begun.</summary>
    public Task Running => _running.Task;

    /// <summary>Ends when the load has been told to stop.</summary>
    public Task Stopping => _stopping.Task;

    public void Progressed(RunProgress progress)
    {
        if (progress.Stage == RunStage.Running && progress.Elapsed > TimeSpan.Zero)
        {
            _running.TrySetResult();
        }

        if (progress.Stage == RunStage.Stopping)
        {
            _stopping.TrySetResult();
        }
    }

    void IRunObserver.Ended(RunEnding ending, RunRecord? record) => _ended.SetResult((ending, record));

    public void WorkersLeft()
    {
    }
}
