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

    /// <summary>The run has ended, and its result handed on.</summary>
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

    /// <summary>Begins with a run, or by asking for one in progress. Whatever becomes of it, its observer learns how it ended.</summary>
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

    /// <summary>Shows the progress of the run.</summary>
    public void Show() => Run?.Show(State.Run, surroundings.Now);

    /// <summary>A standby may have joined or left.</summary>
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
        if (Run is { } run)
        {
            Run = null;
            run.End(State.Run, State.Run?.CutShort(reason, surroundings.Now) ?? (RunEnding)new RunEnding.Impossible(reason));
            if (State.Stays)
            {
                run.WorkersLeft();
            }
        }
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

/// <summary>What a coordinator's effects are as messages, and workers' messages as events.</summary>
internal static class CoordinatorMessages
{
    /// <summary>Whom to tell what.</summary>
    public static (string WorkerId, ToWorker Message) Of(RunEffect effect, CoordinatorState state, ConductedRun? conducted, TimeSpan now)
    {
        var (run, term) = (state.Run, state.Term);
        var runId = run?.RunId ?? (state.Mode as CoordinatorMode.Ended)?.RunId ?? "";
        return effect switch
        {
            RunEffect.Welcome m => (m.WorkerId, new ToWorker.Welcome(runId, term)),
            RunEffect.AskRegistration m => (m.WorkerId, new ToWorker.RegisterAgain(runId, term)),
            RunEffect.AnswerBeat m => (m.WorkerId, new ToWorker.BeatAnswered(runId, term, m.Sent, now)),
            RunEffect.AskInventory m => (m.WorkerId, new ToWorker.TellInventory(m.RunId, term)),
            RunEffect.Prepare m => (m.WorkerId, new ToWorker.PrepareRun(runId, term, run!.Plan, run.Lease)),
            RunEffect.Assign m => (m.WorkerId, new ToWorker.AssignWork(runId, term, run!.Assignment!, run.LoadStart!.Value, conducted!.StartedAt)),
            RunEffect.Acknowledge m => (m.WorkerId, new ToWorker.AcknowledgeReport(
                runId, term, m.Number, conducted?.Checkpoints.SafeUpTo(m.WorkerId) ?? 0, conducted?.Checkpoints.MergeUpTo(m.Number) ?? 0)),
            RunEffect.Stop m => (m.WorkerId, new ToWorker.StopRun(runId, term)),
            RunEffect.EndRun m => (m.WorkerId, new ToWorker.EndRun(m.RunId, term)),
            RunEffect.Release m => (m.WorkerId, new ToWorker.Release(m.RunId, term, m.ExitCode, m.Reason)),
            _ => throw new ArgumentOutOfRangeException(nameof(effect)),
        };
    }

    /// <param name="message">What a worker says.</param>
    /// <param name="run">The run here, of whose plan its reports are.</param>
    /// <exception cref="Core.Tallies.TallyFormatException">Its tally is not one of that plan.</exception>
    public static RunEvent? ToEvent(this ToCoordinator message, RunState? run) => message switch
    {
        ToCoordinator.RegisterWorker m => new RunEvent.WorkerRegistered(m.WorkerId, m.Host, m.Weight),
        ToCoordinator.Beat m => new RunEvent.WorkerHeard(m.WorkerId, m.RunId, m.Term, m.AssignmentTerm, m.Version, m.Sent),
        ToCoordinator.WorkerPrepared m => new RunEvent.WorkerPrepared(m.WorkerId, m.Crypto),
        ToCoordinator.TargetsRefused m => new RunEvent.TargetsRefused(m.WorkerId, m.Reasons),
        ToCoordinator.PreparationFailed m => new RunEvent.PreparationFailed(m.WorkerId, m.Reason),
        ToCoordinator.AssignmentTaken m => new RunEvent.AssignmentTaken(m.WorkerId, m.Term, m.Version, m.Reached, m.Finished),
        ToCoordinator.WorkerLeaving m => new RunEvent.WorkerLeaving(m.WorkerId),
        ToCoordinator.WorkerFailed m => new RunEvent.WorkerLost(m.WorkerId, m.Reason),
        ToCoordinator.TallyReported m => run is not null && run.RunId == m.RunId ? RunEvent.ReportReceived.Parse(m.WorkerId, m.Report, run.Plan) : null,
        ToCoordinator.CheckpointHeld m => new RunEvent.CheckpointHeld(m.WorkerId, m.Version),
        ToCoordinator.RunOver m => new RunEvent.RunKnownOver(m.WorkerId, m.RunId),
        ToCoordinator.InventoryTold m => new RunEvent.InventoryTold(m.Inventory),
        _ => throw new ArgumentOutOfRangeException(nameof(message)),
    };
}
