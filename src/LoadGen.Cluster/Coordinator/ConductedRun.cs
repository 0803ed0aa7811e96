using Akka.Actor;
using LoadGen.Core.Runs;
using LoadGen.Core.Tallies;

namespace LoadGen.Cluster.Coordinator;

/// <summary>Everything that a coordinator has of one run beside its state: made when the run begins here, dropped when it has ended.</summary>
internal sealed class ConductedRun
{
    private static readonly TimeSpan ShowEvery = TimeSpan.FromSeconds(1);

    /// <summary>Workers report at each whole second of the load; a moment later all of it is here.</summary>
    private static readonly TimeSpan ReportsNeed = TimeSpan.FromMilliseconds(150);

    private static readonly TimeSpan CheckpointEvery = TimeSpan.FromSeconds(10);

    private readonly IRunObserver _observer;
    private readonly ITimerScheduler _timers;
    private Tally _merged = new(0, 0);

    /// <param name="observer">Sees the run.</param>
    /// <param name="timers">The coordinator's.</param>
    public ConductedRun(IRunObserver observer, ITimerScheduler timers)
    {
        _observer = observer;
        _timers = timers;
    }

    /// <summary>When the load starts or started, by the first coordinator's wall clock.</summary>
    public DateTimeOffset StartedAt { get; private set; }

    /// <summary>Keeps the counts safe for a coordinator that may have to take over.</summary>
    public CheckpointHolders Checkpoints { get; } = new();

    /// <summary>Begins with nothing counted.</summary>
    public void Begin(RunState run)
    {
        _merged = new Tally(run.Plan.Targets.Count, run.Plan.Profiles.Count);
        _timers.StartPeriodicTimer(Due.Show, Due.Show, ShowEvery);
    }

    /// <summary>Continues with what was counted before.</summary>
    public void GoOn(RecoveredRun run)
    {
        _merged = run.Merged;
        StartedAt = run.StartedAt;
        Checkpoints.GoOnFrom(run.CheckpointVersion);
        _timers.StartPeriodicTimer(Due.Show, Due.Show, ShowEvery);
    }

    /// <summary>The load starts, or has started already where the coordinator was held up: <paramref name="startsIn"/> is negative then.</summary>
    public void Start(TimeSpan startsIn, DateTimeOffset now)
    {
        StartedAt = now + startsIn;
        var first = startsIn + ShowEvery + ReportsNeed;
        // What is over cannot be shown on time; the next second can.
        var next = first >= TimeSpan.Zero ? first : ShowEvery + new TimeSpan(first.Ticks % ShowEvery.Ticks);
        _timers.StartPeriodicTimer(Due.Show, Due.Show, next, ShowEvery);
    }

    /// <summary>Counts what a worker reported.</summary>
    public void Merge(EncodedTally part) => _merged.Merge(part);

    /// <summary>Counts arrivals that vanished with their worker; a negative number was found again.</summary>
    public void CountLost(long arrivals)
    {
        _merged.RecordLost(arrivals);
        if (Checkpoints.InUse)
        {
            _timers.StartSingleTimer("checkpoint now", Due.Checkpoint, TimeSpan.Zero);
        }
    }

    /// <summary>
    /// Makes checkpoints from now on if a standby could take over. They continue even if it is lost: what workers let go of is
    /// in them alone.
    /// </summary>
    public void UseCheckpoints(bool hasStandby)
    {
        if (hasStandby)
        {
            Checkpoints.Use();
        }

        if (Checkpoints.InUse && !_timers.IsTimerActive(Due.Checkpoint))
        {
            _timers.StartPeriodicTimer(Due.Checkpoint, Due.Checkpoint, TimeSpan.Zero, CheckpointEvery);
        }
    }

    /// <summary>Makes a checkpoint, and says who should hold it.</summary>
    public (Checkpoint Checkpoint, IReadOnlyList<string> Holders)? MakeCheckpoint(RunState? run)
        => run is { Stage: RunStage.Running or RunStage.Stopping } && Checkpoints.InUse ? Checkpoints.Make(run, _merged) : null;

    /// <summary>Shows the progress of the run.</summary>
    public void Show(RunState? run, TimeSpan now)
    {
        if (run is not null)
        {
            var progress = ProgressView.Of(run, _merged, run.ElapsedAt(now));
            _observer.Counted(progress, run.Plan, _merged);
            _observer.Progressed(progress);
        }
    }

    /// <summary>Hands on what is known of the run, which has ended.</summary>
    public void End(RunState? run, RunEnding ending)
    {
        _timers.Cancel(Due.Show);
        _timers.Cancel(Due.Checkpoint);
        _observer.Ended(ending, run is not null && ending is RunEnding.Finished finished
            ? new RunRecord
            {
                RunId = run.RunId,
                Plan = run.Plan,
                StartedAt = StartedAt,
                Duration = finished.Duration,
                Workers = finished.Workers,
                Tally = _merged,
                AbortReason = finished.AbortReason,
            }
            : null);
    }

    /// <summary>Waits for no worker any more.</summary>
    public void WorkersLeft() => _observer.WorkersLeft();
}

/// <summary>What a coordinator's timers remind it of.</summary>
internal enum Due
{
    /// <summary>To look at the time.</summary>
    Look,

    /// <summary>To show the progress of the run.</summary>
    Show,

    /// <summary>To make a checkpoint.</summary>
    Checkpoint,

    /// <summary>That workers which were let go have had the time to leave.</summary>
    Leave,
}
