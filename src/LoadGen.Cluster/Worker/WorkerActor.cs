using Akka.Actor;
using Akka.Event;
using LoadGen.Cluster.Nodes;
using LoadGen.Cluster.Protocol;
using LoadGen.Core.Handshakes;
using LoadGen.Core.Plans;
using LoadGen.Core.Runs;

namespace LoadGen.Cluster.Worker;

/// <summary>
/// Carries out what <see cref="WorkerRun"/> decides: turns messages into events, and effects into messages and work. It decides
/// nothing itself, and if it fails its process is let go with the reason.
/// </summary>
internal sealed class WorkerActor : RunActor
{
    private readonly CoordinatorLine _coordinator;
    private readonly WorkerServices _services;
    private readonly Action<int> _released;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly long _clockBase;
    private WorkerRun _state;
    private Preparation? _preparation;
    private IHandshakeEngine? _engine;
    private WorkerLoad? _load;

    /// <param name="workerId">Its name in results, unique in the cluster.</param>
    /// <param name="coordinator">Where the coordinator is, now or later.</param>
    /// <param name="services">What it needs from the program.</param>
    /// <param name="released">Called once with the exit code when nothing is expected of this worker any more.</param>
    public WorkerActor(string workerId, CoordinatorLine coordinator, WorkerServices services, Action<int> released)
    {
        _coordinator = coordinator;
        _services = services;
        _released = released;
        _clockBase = services.Clock.GetTimestamp();
        _state = new WorkerRun(new WorkerIdentity(workerId, Environment.MachineName, services.Weight, services.Patience));

        Receive<ToWorker>(Hear);
        Receive<WorkerEvent>(Apply);
        Receive<PreparationEnded>(Prepared);
        Receive<TallyActor.Counted>(Save);
        Receive<Malformed>(malformed => _log.Warning("ignored a message from the coordinator: {0}", malformed));
    }

    private TimeSpan Now => _services.Clock.GetElapsedTime(_clockBase);

    public static Props PropsFor(string workerId, CoordinatorLine coordinator, WorkerServices services, Action<int> released)
        => Props.Create(() => new WorkerActor(workerId, coordinator, services, released)).WithDispatcher("loadgen.control-dispatcher");

    protected override void PreStart()
        => Timers.StartPeriodicTimer("time", new WorkerEvent.TimePassed(), TimeSpan.Zero, WorkerRun.LookEvery);

    protected override void BreakDown(string reason)
    {
        _log.Error("worker failed: {0}", reason);
        _coordinator.Tell(new ToCoordinator.WorkerFailed(_state.Mode.Run?.RunId ?? "", _state.Self.Id, reason), Self, widely: false);
        _released(WorkerRun.ExitFault);
    }

    protected override void PostStop() => DropRun();

    private void Hear(ToWorker message)
    {
        if (message.Term >= _state.Term && !Sender.Equals(Context.System.DeadLetters))
        {
            _coordinator.Heard(Sender);
        }

        Apply(message.ToEvent());
    }

    private void Apply(WorkerEvent happened)
    {
        (_state, var effects) = _state.Apply(happened, Now);
        foreach (var effect in effects)
        {
            CarryOut(effect);
        }
    }

    private void CarryOut(WorkerEffect effect)
    {
        switch (effect)
        {
            case WorkerEffect.Prepare prepare:
                Prepare(prepare.Run);
                break;
            case WorkerEffect.BeginLoad begin:
                _load = new WorkerLoad(Context, _state.Self.Id, begin.Run, begin.StartsIn, _engine!, _services);
                break;
            case WorkerEffect.Divide divide:
                Apply(_load!.Take(divide.Assignment));
                break;
            case WorkerEffect.Renew renew:
                _load!.Renew(renew.Remaining);
                break;
            case WorkerEffect.StopLoad:
                _load!.Stop();
                break;
            case WorkerEffect.MakeReport make:
                _load!.Tally.Tell(make);
                break;
            case WorkerEffect.DropRun:
                DropRun();
                break;
            case WorkerEffect.SavePartial:
                _load!.Tally.Tell(new TallyActor.TellCounted());
                break;
            case WorkerEffect.Release release:
                Release(release.ExitCode);
                break;
            case WorkerEffect.Warn warn:
                _log.Warning("{0}", warn.Sentence);
                break;
            default:
                // The rest is said to the coordinator; while it is silent, also where it may have started anew.
                _coordinator.Tell(WorkerMessages.Of(effect, _state), Self, widely: _state.IsSearching(Now));
                break;
        }
    }

    private void Prepare(RunOffer run)
    {
        var preparation = _preparation = new Preparation(new CancellationTokenSource());
        PrepareAsync(run.Plan, run.RunId, _services, preparation.Stopping.Token).PipeTo(
            Self,
            success: done => new PreparationEnded(preparation, done.Engine, done.Happened),
            failure: error => new PreparationEnded(preparation, null, new WorkerEvent.PreparationFailed(run.RunId, Reason(error))));
    }

    // With an ArgumentException an engine explains why it cannot run the plan here. Anything else is a bug and keeps its type.
    private static string Reason(Exception error) => error is ArgumentException and not ArgumentNullException ? error.Message : $"{error.GetType().Name}: {error.Message}";

    private static async Task<(IHandshakeEngine Engine, WorkerEvent Happened)> PrepareAsync(Plan plan, string runId, WorkerServices services, CancellationToken stopping)
    {
        var engine = services.CreateEngine(plan);
        try
        {
            var refusals = await engine.FindRefusedTargetsAsync(stopping);
            if (refusals.Count > 0)
            {
                return (engine, new WorkerEvent.TargetsRefused(runId, refusals));
            }

            await services.WarmUp(plan, stopping);
            await engine.PrimeAsync(ExpectedConnections(plan), stopping);
            services.Observer.Prepared(runId, plan);
            return (engine, new WorkerEvent.Prepared(runId, engine.Crypto));
        }
        catch
        {
            engine.Dispose();
            throw;
        }
    }

    // How many an open load will have open depends on the server; what it lacks in sessions later is made up for then.
    private static int ExpectedConnections(Plan plan)
    {
        const int OfOpenLoad = 64;
        return Math.Min(plan.Limits.Connections, plan.Load is Load.Closed closed ? closed.Connections : OfOpenLoad);
    }

    private void Prepared(PreparationEnded ended)
    {
        if (ended.Preparation != _preparation)
        {
            // Of a run that was dropped meanwhile.
            ended.Engine?.Dispose();
            return;
        }

        _engine = ended.Engine;
        Apply(ended.Happened);
    }

    private void Save(TallyActor.Counted counted)
    {
        if (_state.Mode is WorkerMode.Loading { Load: var load })
        {
            _services.Abandoned(new AbandonedRun(
                load.Offer.RunId, _state.Self.Id, load.Offer.Plan, load.StartedAt, counted.Tally, counted.Usage, load.Crypto));
            Apply(new WorkerEvent.PartialSaved(load.Offer.RunId));
        }
    }

    private void DropRun()
    {
        _preparation?.Stopping.Cancel();
        _load?.End(Context);
        _engine?.Dispose();
        (_preparation, _load, _engine) = (null, null, null);
    }

    private void Release(int exitCode)
    {
        _released(exitCode);
        Context.Stop(Self);
    }

    /// <summary>Which preparation it is: what one that was called off comes to is not for the next.</summary>
    private sealed record Preparation(CancellationTokenSource Stopping);

    private sealed record PreparationEnded(Preparation Preparation, IHandshakeEngine? Engine, WorkerEvent Happened);
}
