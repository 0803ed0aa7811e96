using LoadGen.Cluster.Coordinator;
using LoadGen.Core.Plans;
using LoadGen.Core.Runs;
using LoadGen.Core.Tallies;
using LoadGen.Metrics;

namespace LoadGen.Running;

/// <summary>One run that a waiting coordinator was given: waiting, in progress, or over. Safe for concurrent use.</summary>
internal sealed class SubmittedRun : IRunObserver
{
    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _lock = new();
    private readonly NodeMetrics _metrics;
    private volatile Stage _stage = Stage.Waiting.Instance;
    private FinishedRun? _finished;
    private UnfinishedRun _unfinished = new(["internal error: the coordinator failed before the run ended"], ExitCode.Fault);

    public SubmittedRun(string id, Plan plan, NodeMetrics metrics, ChangeSignal changes)
    {
        Plan = plan;
        _metrics = metrics;
        Feed = new RunFeed(id, plan, Stop, changes, TimeProvider.System);
    }

    public string Id => Feed.Id;

    public Plan Plan { get; }

    /// <summary>What is known of it.</summary>
    public RunFeed Feed { get; }

    /// <summary>Whether it may still have its turn.</summary>
    public bool IsWaiting => _stage is Stage.Waiting;

    /// <summary>Completes when the run has ended.</summary>
    public Task Over => _over.Task;

    /// <summary>Its turn has come: begins it, unless it was stopped while it waited.</summary>
    /// <param name="begin">Begins it.</param>
    /// <param name="stop">Stops it from then on; never called before <paramref name="begin"/> was, nor after the run has ended.</param>
    /// <returns>Whether it has begun.</returns>
    public bool TryBegin(Action begin, Action<string> stop)
    {
        lock (_lock)
        {
            if (!IsWaiting)
            {
                return false;
            }

            begin();
            _stage = new Stage.UnderWay(stop);
            return true;
        }
    }

    /// <summary>Ends it instead of beginning it; a run that has begun, or has ended, is left as it is.</summary>
    public void Refuse(UnfinishedRun why)
    {
        lock (_lock)
        {
            if (IsWaiting)
            {
                _stage = Stage.Over.Instance;
                Feed.End(why);
                _over.TrySetResult();
            }
        }
    }

    public void Progressed(RunProgress progress) => Feed.Progressed(progress);

    public void Counted(RunProgress progress, Plan plan, Tally merged) => _metrics.Progressed(progress, plan, merged);

    public void Ended(RunEnding ending, RunRecord? record)
    {
        if (record is null)
        {
            _unfinished = UnfinishedRun.Of(ending);
            return;
        }

        try
        {
            _finished = FinishedRun.Of(record, _metrics);
        }
        catch (Exception error)
        {
            // What is wrong with one run's result must not hold up the runs behind it.
            _unfinished = new UnfinishedRun([$"internal error: the run ended, but its result could not be built ({error.GetType().Name}: {error.Message})"], ExitCode.Fault);
        }
    }

    public void WorkersLeft()
    {
        // From now on the coordinator may have another run, which nothing may stop by this one's name.
        lock (_lock)
        {
            _stage = Stage.Over.Instance;
        }

        if (_finished is { } finished)
        {
            Feed.End(finished);
        }
        else
        {
            Feed.End(_unfinished);
        }

        _over.TrySetResult();
    }

    private void Stop(string reason)
    {
        lock (_lock)
        {
            if (_stage is Stage.UnderWay underWay)
            {
                underWay.Stop(reason);
                return;
            }

            Refuse(new UnfinishedRun([$"{reason} before it started"], ExitCode.Aborted));
        }
    }

    /// <summary>Where a run is on its way. Stopped while it waits, it has ended and gets no turn.</summary>
    private abstract record Stage
    {
        public sealed record Waiting : Stage
        {
            public static readonly Waiting Instance = new();
        }

        /// <param name="Stop">Tells its coordinator, with a reason.</param>
        public sealed record UnderWay(Action<string> Stop) : Stage;

        public sealed record Over : Stage
        {
            public static readonly Over Instance = new();
        }
    }
}
