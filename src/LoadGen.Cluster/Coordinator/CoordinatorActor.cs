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
/// The mailbox of a <see cref="Conductor"/>: gives it what workers say and what the program orders, and puts out who is not
/// what it says. It decides nothing itself, and if it fails what it has is written as aborted, with the reason.
/// </summary>
internal sealed class CoordinatorActor : RunActor, IConductorSurroundings
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LeaveWithin = TimeSpan.FromSeconds(5);

    private readonly TimeProvider _time;
    private readonly long _clockBase;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly WorkerAddresses _workers = new(Context);
    private readonly RunOrder? _order;
    private readonly IRunObserver _observer;
    private readonly Conductor _conductor;
    private CoordinatorCommands.BeginRun? _next;

    /// <param name="order">The run; <see langword="null"/> for a coordinator that stays, and is given runs one after another.</param>
    /// <param name="observer">Sees the run; of a coordinator that stays, a run that it was not given but took over.</param>
    /// <param name="time">The clocks.</param>
    public CoordinatorActor(RunOrder? order, IRunObserver observer, TimeProvider time)
    {
        _order = order;
        _observer = observer;
        _time = time;
        _clockBase = time.GetTimestamp();
        _conductor = new Conductor(CoordinatorState.Waiting(CoordinatorState.TermAt(time.GetUtcNow())), this);

        Receive<RunOrder>(Begin);
        Receive<CoordinatorCommands.BeginRun>(BeginNext);
        Receive<CoordinatorCommands.StopRun>(stop => _conductor.Apply(new RunEvent.StopRequested(stop.Reason, stop.RunId)));
        Receive<CoordinatorCommands.ReleaseWorkers>(_ => _workers.ReleaseAll(Term, exitCode: 0, "", Self));
        Receive<ToCoordinator>(Take);
        Receive<Malformed>(Refuse);
        Receive<Terminated>(Gone);
        Receive<RunEvent.ProcessEnded>(ended => _conductor.Apply(ended));
        Receive<ClusterEvent.IMemberEvent>(_ => _conductor.LookForStandby());
        Receive<Due>(Look, due => due == Due.Look);
        Receive<Due>(_ => _conductor.Show(), due => due == Due.Show);
        Receive<Due>(_ => _conductor.Checkpoint(), due => due == Due.Checkpoint);
        Receive<Due>(_ => _observer.WorkersLeft(), due => due == Due.Leave);
    }

    private int Term => _conductor.State.Term;

    TimeSpan IConductorSurroundings.Now => _time.GetElapsedTime(_clockBase);

    DateTimeOffset IConductorSurroundings.UtcNow => _time.GetUtcNow();

    bool IConductorSurroundings.HasStandby => Standbys.Exist(Context.System);

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

    ConductedRun IConductorSurroundings.Make(string runId)
        => new(_next?.Order.RunId == runId ? _next.Observer : _observer, Timers);

    void IConductorSurroundings.Tell(string workerId, ToWorker message) => _workers.Tell(workerId, message, Self);

    void IConductorSurroundings.Warn(string sentence) => _log.Warning("{0}", sentence);

    void IConductorSurroundings.RunEnded(ConductedRun run, RunEnding ending)
    {
        if (_conductor.State.Mode is CoordinatorMode.Ended ended)
        {
            Standbys.Release(Context, new ToWorker.Release(ended.RunId, Term, ending.WorkerExitCode, ""));
            Timers.StartSingleTimer(Due.Leave, Due.Leave, _workers.AreGone ? TimeSpan.Zero : LeaveWithin);
        }
        else
        {
            run.WorkersLeft();
        }
    }

    protected override void BreakDown(string reason)
    {
        _log.Error("coordinator failed: {0}", reason);
        _conductor.CutShort(reason);
        _workers.ReleaseAll(Term, WorkerRun.ExitAborted, reason, Self);
    }

    protected override void PostStop()
    {
        AkkaCluster.Get(Context.System).Unsubscribe(Self);
        _conductor.CutShort("this coordinator was cut off from the cluster; what it knew by then");

        // No worker is waited for that this node does not see leave any more.
        _observer.WorkersLeft();
    }

    private void Begin(RunOrder order)
    {
        if (order.TakesOver)
        {
            _log.Warning("the coordinator was lost; taking over");
        }

        _conductor.Begin(order);
    }

    private void BeginNext(CoordinatorCommands.BeginRun begin)
    {
        _next = begin;
        _conductor.Apply(new RunEvent.RunOrdered(begin.Order));
    }

    // A message that is not what it says costs its sender its place, and affects no other node.
    private void Take(ToCoordinator message)
    {
        if (message is ToCoordinator.RegisterWorker worker && WireVersion.RefusalOf(worker) is { } refusal)
        {
            _log.Warning("rejected a worker: {0}", refusal);
            Sender.Tell(new ToWorker.Release("", Term, WorkerRun.ExitFault, refusal));
            return;
        }

        _workers.Know(message.WorkerId, Sender);
        try
        {
            _conductor.Hear(message);
        }
        catch (TallyFormatException error)
        {
            PutOut(message.WorkerId, $"sent a malformed report ({error.Message})");
        }
    }

    // Which worker it is follows from where the message came from, not from what it says.
    private void Refuse(Malformed malformed)
    {
        if (_workers.At(Sender) is { } worker)
        {
            PutOut(worker, $"sent {malformed}");
        }
        else
        {
            _log.Warning("rejected a node at {0}: it sent {1}", Sender.Path.Address, malformed);
            Sender.Tell(new ToWorker.Release("", Term, WorkerRun.ExitFault, $"sent {malformed}"));
        }
    }

    private void PutOut(string workerId, string reason)
    {
        _workers.Tell(workerId, new ToWorker.Release("", Term, WorkerRun.ExitFault, $"lost to the run: {reason}"), Self);
        _workers.Drop(workerId);
        _conductor.Apply(new RunEvent.WorkerLost(workerId, reason));
    }

    private void Gone(Terminated terminated)
    {
        if (_workers.Forget(terminated.ActorRef) is { } workerId)
        {
            _conductor.Apply(new RunEvent.WorkerLost(workerId));
        }

        if (_conductor.State.Mode is CoordinatorMode.Ended && _workers.AreGone)
        {
            _observer.WorkersLeft();
        }
    }

    private void Look(Due due)
    {
        _conductor.Apply(new RunEvent.TimePassed());
        _workers.ProbeSilent(_conductor.State.Run, ((IConductorSurroundings)this).Now);
    }
}
