using LoadGen.Cluster.Protocol;
using LoadGen.Core.Runs;

namespace LoadGen.Cluster.Coordinator;

/// <summary>What surrounds a <see cref="Conductor"/>: an actor, or a simulation.</summary>
internal interface IConductorSurroundings
{
    /// <summary>The coordinator's monotonic clock.</summary>
    TimeSpan Now { get; }

    /// <summary>The wall clock.</summary>
    DateTimeOffset UtcNow { get; }

    /// <summary>Whether another coordinator could take over.</summary>
    bool HasStandby { get; }

    /// <summary>Makes what belongs to a run beside its state.</summary>
    ConductedRun Make(string runId);

    /// <summary>Tells a worker something.</summary>
    void Tell(string workerId, ToWorker message);

    /// <summary>Tells the person who watches.</summary>
    void Warn(string sentence);

    /// <summary>The run is over, and its result handed on.</summary>
    void RunEnded(ConductedRun run, RunEnding ending);
}

/// <summary>
/// A coordinator apart from its mailbox: it applies events to <see cref="CoordinatorState"/>, carries out the effects, and has
/// what belongs to the run, if there is one. Decides nothing.
/// </summary>
internal sealed class Conductor(CoordinatorState state, IConductorSurroundings surroundings)
{
    /// <summary>What it has decided.</summary>
    public CoordinatorState State { get; private set; } = state;

    private ConductedRun? Run { get; set; }

    /// <summary>Begins with a run, or by asking for one that is under way. Whatever becomes of it, its observer learns how it ended.</summary>
    public void Begin(RunOrder order)
    {
        Run = surroundings.Make(order.RunId);
        (State, var effects) = CoordinatorState.Of(order, State.Term, surroundings.Now);
        CarryOut(effects);
    }

    /// <summary>Takes an event.</summary>
    /// <param name="happened">What happened.</param>
    /// <param name="runId">The run that a worker speaks of; <see langword="null"/> where it speaks of none.</param>
    public void Apply(RunEvent happened, string? runId = null)
    {
        var stage = State.Run?.Stage;
        (State, var effects) = State.Apply(happened, runId, surroundings.Now);
        CarryOut(effects);
        if (State.Run?.Stage != stage)
        {
            Show();
        }
    }

    /// <summary>Takes what a worker says.</summary>
    /// <exception cref="Core.Tallies.TallyFormatException">Its tally is not one of the run's plan.</exception>
    public void Hear(ToCoordinator message)
    {
        if (message.ToEvent(State.Run) is { } happened)
        {
            Apply(happened, message.RunId.Length > 0 ? message.RunId : null);
        }
    }

    /// <summary>Shows how the run goes.</summary>
    public void Show() => Run?.Show(State.Run, surroundings.Now);

    /// <summary>A standby may have come or gone.</summary>
    public void LookForStandby() => Run?.UseCheckpoints(surroundings.HasStandby);

    /// <summary>Gives some workers a checkpoint to hold, if the run makes any.</summary>
    public void Checkpoint()
    {
        if (Run?.MakeCheckpoint(State.Run) is { } made)
        {
            foreach (var holder in made.Holders)
            {
                surroundings.Tell(holder, new ToWorker.HoldCheckpoint(State.Run!.RunId, State.Term, made.Checkpoint));
            }
        }
    }

    /// <summary>Ends here with what is known by now, which is better than nothing.</summary>
    public void CutShort(string reason)
    {
        Run?.End(State.Run, State.Run?.CutShort(reason, surroundings.Now) ?? (RunEnding)new RunEnding.Impossible(reason));
        Run = null;
    }

    private void CarryOut(IEnumerable<RunEffect> effects)
    {
        foreach (var effect in effects)
        {
            switch (effect)
            {
                case RunEffect.Begin begin:
                    Run = surroundings.Make(begin.Run.RunId);
                    Run.Begin(begin.Run);
                    break;
                case RunEffect.GoOn goOn:
                    Run = surroundings.Make(goOn.Run.State.RunId);
                    Run.GoOn(goOn.Run);
                    LookForStandby();
                    break;
                case RunEffect.Start:
                    Run!.Start(State.Run!.LoadStart!.Value - surroundings.Now, surroundings.UtcNow);
                    LookForStandby();
                    break;
                case RunEffect.Merge merge:
                    Run!.Merge(merge.Part);
                    break;
                case RunEffect.CountLost lost:
                    Run!.CountLost(lost.Arrivals);
                    break;
                case RunEffect.KeepCheckpoint held:
                    Run!.Checkpoints.Held(held.WorkerId, held.Version);
                    break;
                case RunEffect.End end:
                    End(end);
                    break;
                case RunEffect.Warn warn:
                    surroundings.Warn(warn.Sentence);
                    break;
                default:
                    var (worker, message) = CoordinatorMessages.Of(effect, State, Run, surroundings.Now);
                    surroundings.Tell(worker, message);
                    break;
            }
        }
    }

    private void End(RunEffect.End end)
    {
        var run = Run!;
        Run = null;
        run.Show(end.Run, surroundings.Now);
        run.End(end.Run, end.Ending);
        surroundings.RunEnded(run, end.Ending);
    }
}
