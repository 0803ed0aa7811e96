using LoadGen.Cluster.Coordinator;
using LoadGen.Core.Runs;

namespace LoadGen.Cluster.Tests.Fleet;

/// <summary>Waits for what happens to a run of a fleet.</summary>
internal sealed class FleetObserver : IRunObserver
{
    private readonly TaskCompletionSource<RunRecord> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _lock = new();
    private readonly List<(Func<RunProgress, bool> Condition, TaskCompletionSource<RunProgress> Met)> _awaited = [];

    /// <summary>The run's record, once it is over.</summary>
    public Task<RunRecord> Ended => _ended.Task;

    /// <summary>Ends when the run is as described.</summary>
    /// <exception cref="InvalidOperationException">It was over before.</exception>
    public async Task<RunProgress> Until(Func<RunProgress, bool> condition)
    {
        var met = new TaskCompletionSource<RunProgress>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            _awaited.Add((condition, met));
        }

        return await Task.WhenAny(met.Task, _ended.Task) == met.Task ? await met.Task : throw new InvalidOperationException("the run was over before");
    }

    public void Progressed(RunProgress progress)
    {
        lock (_lock)
        {
            foreach (var (_, met) in _awaited.Where(each => each.Condition(progress)))
            {
                met.TrySetResult(progress);
            }
        }
    }

    void IRunObserver.Ended(RunEnding ending, RunRecord? record)
    {
        if (record is not null)
        {
            _ended.SetResult(record);
        }
        else
        {
            _ended.SetException(new InvalidOperationException($"the run did not finish: {ending}"));
        }
    }

    public void WorkersLeft()
    {
    }
}
