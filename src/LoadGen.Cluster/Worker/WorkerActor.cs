using System.Collections.Concurrent;
using Akka.Actor;
using Akka.Event;
using LoadGen.Cluster.Protocol;
using LoadGen.Core.Handshakes;
using LoadGen.Core.Tallies;

namespace LoadGen.Cluster.Worker;

/// <summary>
/// A worker node: offers itself to the coordinator, gets ready for its slice, runs it, and leaves when it is released.
/// </summary>
internal sealed class WorkerActor : ReceiveActor, IWithTimers
{
    private static readonly TimeSpan RegisterEvery = TimeSpan.FromMilliseconds(250);

    private readonly string _workerId;
    private readonly ICanTell _coordinator;
    private readonly WorkerServices _services;
    private readonly Action<int> _released;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly CancellationTokenSource _stopping = new();
    private readonly CancellationTokenSource _holding = new();
    private IHandshakeEngine? _engine;
    private ToWorker.AssignSlice? _assignment;
    private IActorRef _pump = ActorRefs.Nobody;
    private IActorRef _tally = ActorRefs.Nobody;

    /// <param name="workerId">Its name in results, unique in the cluster.</param>
    /// <param name="coordinator">Where the coordinator is, now or later.</param>
    /// <param name="services">What it needs from the program.</param>
    /// <param name="released">Called once with the exit code when nothing is expected of this worker any more.</param>
    public WorkerActor(string workerId, ICanTell coordinator, WorkerServices services, Action<int> released)
    {
        _workerId = workerId;
        _coordinator = coordinator;
        _services = services;
        _released = released;

        Receive<Register>(_ => _coordinator.Tell(new ToCoordinator.RegisterWorker(_workerId, Environment.MachineName), Self));
        Receive<ToWorker.Welcome>(_ => Timers.Cancel("register"));
        Receive<ToWorker.AssignSlice>(Prepare);
        Receive<Readiness>(AnswerReadiness);
        Receive<ToWorker.StartRun>(Start);
        Receive<ToWorker.AcknowledgeReport>(acknowledged => _tally.Tell(acknowledged));
        Receive<ToWorker.StopRun>(_ =>
        {
            _holding.Cancel();
            _pump.Tell(new LoadMessages.StopPumping());
        });
        Receive<LoadMessages.ReportsDelivered>(_ => _log.Debug("every report was delivered"));
        Receive<ToWorker.Release>(release =>
        {
            _released(release.ExitCode);
            Context.Stop(Self);
        });
    }

    public ITimerScheduler Timers { get; set; } = null!;

    public static Props PropsFor(string workerId, ICanTell coordinator, WorkerServices services, Action<int> released)
        => Props.Create(() => new WorkerActor(workerId, coordinator, services, released));

    protected override void PreStart()
        => Timers.StartPeriodicTimer("register", new Register(), TimeSpan.Zero, RegisterEvery);

    protected override void PostStop()
    {
        _holding.Cancel();
        _holding.Dispose();
        _stopping.Cancel();
        _stopping.Dispose();
        _engine?.Dispose();
    }

    private void Prepare(ToWorker.AssignSlice assignment)
    {
        Timers.Cancel("register");
        _assignment = assignment;
        PrepareAsync(assignment, _services, _engine, _stopping.Token).PipeTo(
            Self,
            failure: error => new Readiness(assignment, null, [], $"{error.GetType().Name}: {error.Message}"));
    }

    private static async Task<Readiness> PrepareAsync(
        ToWorker.AssignSlice assignment, WorkerServices services, IHandshakeEngine? present, CancellationToken stopping)
    {
        var engine = present ?? services.CreateEngine(assignment.Plan);
        var refusals = await engine.FindRefusedTargetsAsync(stopping);
        if (refusals.Count == 0)
        {
            await services.WarmUp(assignment.Plan, stopping);
            services.Observer.Prepared(assignment.Plan);
        }

        return new Readiness(assignment, engine, refusals, null);
    }

    private void AnswerReadiness(Readiness ready)
    {
        _engine = ready.Engine ?? _engine;
        var runId = ready.Assignment.RunId;
        if (ready.Problem is { } problem)
        {
            _coordinator.Tell(new ToCoordinator.PreparationFailed(runId, _workerId, problem), Self);
        }
        else if (ready.Refusals.Count > 0)
        {
            _coordinator.Tell(new ToCoordinator.TargetsRefused(runId, _workerId, ready.Refusals), Self);
        }
        else if (ready.Assignment == _assignment)
        {
            _coordinator.Tell(new ToCoordinator.WorkerPrepared(runId, _workerId, ready.Assignment.Slice.Epoch, _engine!.Crypto), Self);
        }
    }

    private void Start(ToWorker.StartRun start)
    {
        if (_engine is not { } engine || _assignment is not { } assignment || assignment.RunId != start.RunId
            || assignment.Slice.Epoch != start.Epoch || !_pump.IsNobody())
        {
            return;
        }

        var clock = new RunClock(_services.Clock, start.Delay);
        var address = new TallyAddress(start.RunId, _workerId, start.Epoch);
        var samples = new ConcurrentQueue<Sample>();
        var arrivals = new ArrivalPump(assignment.Plan, assignment.Slice);
        _tally = Context.ActorOf(
            TallyActor.PropsFor(address, assignment.Plan, _coordinator, new UsageMeter(clock), samples, _services.Observer), "tally");
        var connections = ConnectionActor.PropsFor(engine, new ConnectionServices
        {
            Clock = clock,
            Samples = samples,
            Tally = _tally,
            Observer = _services.Observer,
            ClosedLoad = arrivals.ClosedConnections > 0 ? arrivals : null,
            Cancellation = _stopping.Token,
            Holding = _holding.Token,
        });
        _pump = Context.ActorOf(
            ArrivalPumpActor.PropsFor(arrivals, assignment.Slice.Connections, clock, connections, _tally, _services), "pump");
    }

    private sealed record Register;

    private sealed record Readiness(ToWorker.AssignSlice Assignment, IHandshakeEngine? Engine, IReadOnlyList<string> Refusals, string? Problem);
}
