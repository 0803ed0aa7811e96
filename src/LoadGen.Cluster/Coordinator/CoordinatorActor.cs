using Akka.Actor;
using Akka.Cluster;
using Akka.Event;
using LoadGen.Cluster.Nodes;
using LoadGen.Cluster.Protocol;
using LoadGen.Core.Runs;
using LoadGen.Core.Tallies;
using AkkaCluster = Akka.Cluster.Cluster;

namespace LoadGen.Cluster.Coordinator;

/// <summary>
/// Carries out what <see cref="CoordinatorState"/> decides: turns messages into events, and effects into messages. It decides
/// nothing itself, and if it fails what it has is written as aborted, with the reason.
/// </summary>
internal sealed class CoordinatorActor : RunActor
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LeaveWithin = TimeSpan.FromSeconds(5);

    private readonly TimeProvider _time;
    private readonly long _clockBase;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly WorkerAddresses _workers = new(Context);
    private readonly RunOrder? _order;
    private readonly IRunObserver _observer;
    private CoordinatorCommands.BeginRun? _next;
    private CoordinatorState _state;
    private ConductedRun? _run;

    /// <param name="order">The run; <see langword="null"/> for a coordinator that stays, and is given runs one after another.</param>
    /// <param name="observer">Sees the run; of a coordinator that stays, a run that it was not given but took over.</param>
    /// <param name="time">The clocks.</param>
    public CoordinatorActor(RunOrder? order, IRunObserver observer, TimeProvider time)
    {
        _order = order;
        _observer = observer;
        _time = time;
        _clockBase = time.GetTimestamp();
        _state = CoordinatorState.Waiting(CoordinatorState.TermAt(time.GetUtcNow()));

        Receive<RunOrder>(Begin);
        Receive<CoordinatorCommands.BeginRun>(BeginNext);
        Receive<CoordinatorCommands.StopRun>(stop => Apply(new RunEvent.StopRequested(stop.Reason)));
        Receive<CoordinatorCommands.ReleaseWorkers>(_ => _workers.ReleaseAll(_state.Term, exitCode: 0, "", Self));
        Receive<ToCoordinator>(Take);
        Receive<Malformed>(Refuse);
        Receive<Terminated>(Gone);
        Receive<RunEvent.ProcessEnded>(ended => Apply(ended));
        Receive<ClusterEvent.IMemberEvent>(_ => _run?.UseCheckpoints(Standbys.Exist(Context.System)));
        Receive<Due>(Look, due => due == Due.Look);
        Receive<Due>(_ => _run?.Show(_state.Run, Now), due => due == Due.Show);
        Receive<Due>(_ => Checkpoint(), due => due == Due.Checkpoint);
        Receive<Due>(_ => _observer.WorkersLeft(), due => due == Due.Leave);
    }

    private TimeSpan Now => _time.GetElapsedTime(_clockBase);

    public static Props PropsFor(RunOrder? order, IRunObserver observer, TimeProvider time)
        => Props.Create(() => new CoordinatorActor(order, observer, time)).WithDispatcher("loadgen.control-dispatcher");

    protected override void PreStart()
    {
        AkkaCluster.Get(Context.System).Subscribe(Self, ClusterEvent.SubscriptionInitialStateMode.InitialStateAsEvents, typeof(ClusterEvent.IMemberEvent));
        Timers.StartPeriodicTimer(Due.Look, Due.Look, LookEvery);
        if (_order is not null)
        {
            Self.Tell(_order);
        }
    }

    protected override void BreakDown(string reason)
    {
        _log.Error("the coordinator broke down: {0}", reason);
        CutShort(reason);
        _workers.ReleaseAll(_state.Term, WorkerRun.ExitAborted, reason, Self);
    }

    protected override void PostStop()
    {
        AkkaCluster.Get(Context.System).Unsubscribe(Self);
        CutShort("this coordinator was cut off from the cluster; what it knew by then");

        // Nobody waits for workers that this node does not see leave any more.
        _observer.WorkersLeft();
    }

    private void Begin(RunOrder order)
    {
        if (order.TakesOver)
        {
            _log.Warning("the coordinator is gone; this one takes over");
        }

        _run = new ConductedRun(_observer, Timers);
        (_state, var effects) = CoordinatorState.Of(order, _state.Term, Now);
        CarryOut(effects);
    }

    private void BeginNext(CoordinatorCommands.BeginRun begin)
    {
        _next = begin;
        Apply(new RunEvent.RunOrdered(begin.Order));
    }

    // A message that is not what it says costs its sender its place, and nobody else anything.
    private void Take(ToCoordinator message)
    {
        if (message is ToCoordinator.RegisterWorker worker && WireVersion.RefusalOf(worker) is { } refusal)
        {
            _log.Warning("refused to register: {0}", refusal);
            Sender.Tell(new ToWorker.Release("", _state.Term, WorkerRun.ExitFault, refusal));
            return;
        }

        _workers.Know(message.WorkerId, Sender);
        try
        {
            if (message.ToEvent(_state.Run) is { } happened)
            {
                Apply(happened, message.RunId.Length > 0 ? message.RunId : null);
            }
        }
        catch (TallyFormatException error)
        {
            PutOut(message.WorkerId, $"it sent a malformed report ({error.Message})");
        }
    }

    // Which worker it is follows from where the message came from, not from what it says.
    private void Refuse(Malformed malformed)
    {
        if (_workers.At(Sender) is { } worker)
        {
            PutOut(worker, $"it sent {malformed}");
        }
        else
        {
            _log.Warning("refused a node at {0}: it sent {1}", Sender.Path.Address, malformed);
            Sender.Tell(new ToWorker.Release("", _state.Term, WorkerRun.ExitFault, $"it sent {malformed}"));
        }
    }

    private void PutOut(string workerId, string reason)
    {
        _workers.Tell(workerId, new ToWorker.Release("", _state.Term, WorkerRun.ExitFault, $"lost to the run: {reason}"), Self);
        _workers.Drop(workerId);
        Apply(new RunEvent.WorkerLost(workerId, reason));
    }

    private void Gone(Terminated terminated)
    {
        if (_workers.Forget(terminated.ActorRef) is { } workerId)
        {
            Apply(new RunEvent.WorkerLost(workerId));
        }

        if (_state.Mode is CoordinatorMode.Ended && _workers.AreGone)
        {
            _observer.WorkersLeft();
        }
    }

    private void Look(Due due)
    {
        Apply(new RunEvent.TimePassed());
        _workers.ProbeSilent(_state.Run, Now);
    }

    private void Apply(RunEvent happened, string? runId = null)
    {
        var stage = _state.Run?.Stage;
        (_state, var effects) = _state.Apply(happened, runId, Now);
        CarryOut(effects);
        if (_state.Run is { } run && run.Stage != stage)
        {
            _run!.Show(run, Now);
        }
    }

    private void CarryOut(IEnumerable<RunEffect> effects)
    {
        foreach (var effect in effects)
        {
            switch (effect)
            {
                case RunEffect.Begin begin:
                    _run = new ConductedRun(_next?.Order.RunId == begin.Run.RunId ? _next.Observer : _observer, Timers);
                    _run.Begin(begin.Run);
                    break;
                case RunEffect.GoOn goOn:
                    _run = new ConductedRun(_observer, Timers);
                    _run.GoOn(goOn.Run);
                    _run.UseCheckpoints(Standbys.Exist(Context.System));
                    break;
                case RunEffect.Start:
                    _run!.Start(_state.Run!.LoadStart!.Value - Now, _time.GetUtcNow());
                    _run.UseCheckpoints(Standbys.Exist(Context.System));
                    break;
                case RunEffect.Merge merge:
                    _run!.Merge(merge.Part);
                    break;
                case RunEffect.CountLost lost:
                    _run!.CountLost(lost.Arrivals);
                    break;
                case RunEffect.KeepCheckpoint held:
                    _run!.Checkpoints.Held(held.WorkerId, held.Version);
                    break;
                case RunEffect.End end:
                    End(end);
                    break;
                case RunEffect.Warn warn:
                    _log.Warning("{0}", warn.Sentence);
                    break;
                default:
                    var (worker, message) = CoordinatorMessages.Of(effect, _state, _run, Now);
                    _workers.Tell(worker, message, Self);
                    break;
            }
        }
    }

    private void End(RunEffect.End end)
    {
        _run!.Show(end.Run, Now);
        _run.End(end.Run, end.Ending);
        if (_state.Stays)
        {
            _run.WorkersLeft();
        }
        else
        {
            Standbys.Release(Context, new ToWorker.Release(end.Run?.RunId ?? "", _state.Term, end.Ending.WorkerExitCode, ""));
            Timers.StartSingleTimer(Due.Leave, Due.Leave, _workers.AreGone ? TimeSpan.Zero : LeaveWithin);
        }

        _run = null;
    }

    // What is known by now is better than nothing.
    private void CutShort(string reason)
    {
        _run?.End(_state.Run, _state.Run?.CutShort(reason, Now) ?? (RunEnding)new RunEnding.Impossible(reason));
        _run = null;
    }

    private void Checkpoint()
    {
        if (_run?.MakeCheckpoint(_state.Run) is { } made)
        {
            foreach (var holder in made.Holders)
            {
                _workers.Tell(holder, new ToWorker.HoldCheckpoint(_state.Run!.RunId, _state.Term, made.Checkpoint), Self);
            }
        }
    }
}
