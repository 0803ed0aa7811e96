using Akka.Actor;
using Akka.Event;
using LoadGen.Cluster.Protocol;
using LoadGen.Core.Handshakes;

namespace LoadGen.Cluster.Worker;

/// <summary>
/// A worker node: offers itself to the coordinator, gets ready for a plan, runs its share, and leaves when it is released. It
/// beats while it lives; without an answer for the length of its lease it begins nothing more, and after twice that it keeps
/// what it has and goes.
/// </summary>
internal sealed class WorkerActor : ReceiveActor, IWithTimers
{
    private const int Aborted = 11;
    private const int NotFormed = 13;

    private static readonly TimeSpan RegisterEvery = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan BeatEvery = TimeSpan.FromMilliseconds(500);

    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);

    /// <summary>A worker that leaves hands its share over; nothing begins here after this, whether somebody took it or not.</summary>
    private static readonly TimeSpan HandOverWithin = TimeSpan.FromMilliseconds(900);

    private readonly string _workerId;
    private readonly ICanTell _coordinator;
    private readonly WorkerServices _services;
    private readonly Action<int> _released;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly CancellationTokenSource _stopping = new();
    private readonly CoordinatorClock _coordinatorClock = new();
    private readonly long _clockBase;
    private ReportKeeper? _kept;
    private IHandshakeEngine? _engine;
    private ToWorker.PrepareRun? _run;
    private ToWorker.AssignWork? _work;
    private Readiness? _readiness;
    private WorkerLoad? _load;
    private TimeSpan _lastAnswer;
    private int _term;
    private TimeSpan _lastBeat;
    private bool _leaving;
    private bool _givingUp;

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
        _clockBase = services.Clock.GetTimestamp();

        Receive<Register>(_ => Tell(new ToCoordinator.RegisterWorker(_workerId, Environment.MachineName, _services.Weight)));
        Receive<SendBeat>(_ => Beat());
        Receive<ToWorker>(message => message.Term < _term, message => _log.Debug("ignored {0} of an earlier coordinator", message.GetType().Name));
        Receive<ToWorker.Welcome>(Welcomed);
        Receive<ToWorker.RegisterAgain>(_ => RegisterAgain());
        Receive<ToWorker.BeatAnswered>(BeatAnswered);
        Receive<ToWorker.PrepareRun>(Prepare);
        Receive<Readiness>(Ready);
        Receive<ToWorker.AssignWork>(TakeWork);
        Receive<ToWorker.AcknowledgeReport>(Acknowledged);
        Receive<ToWorker.HoldCheckpoint>(Hold);
        Receive<ToWorker.TellInventory>(TellInventory);
        Receive<ToCoordinator.TallyReported>(report => _kept?.Add(report));
        Receive<ToWorker.StopRun>(StopLoad);
        Receive<LoadMessages.AllEnded>(_ => Ended());
        Receive<LoadMessages.Counted>(Abandon);
        Receive<LoadMessages.ReportsDelivered>(_ => Delivered());
        Receive<LeaveRequested>(_ => Leave());
        Receive<StopHandingOver>(_ => _load?.Stop());
        Receive<ToWorker.EndRun>(EndRun);
        Receive<ToWorker.Release>(Released);
    }

    public ITimerScheduler Timers { get; set; } = null!;

    private TimeSpan Now => _services.Clock.GetElapsedTime(_clockBase);

    private string RunId => _run?.RunId ?? "";

    public static Props PropsFor(string workerId, ICanTell coordinator, WorkerServices services, Action<int> released)
        => Props.Create(() => new WorkerActor(workerId, coordinator, services, released)).WithDispatcher("loadgen.control-dispatcher");

    protected override void PreStart()
    {
        Timers.StartPeriodicTimer("register", new Register(), TimeSpan.Zero, RegisterEvery);
        Timers.StartPeriodicTimer("beat", SendBeat.Instance, BeatEvery, BeatEvery);
    }

    protected override void PostStop()
    {
        _stopping.Cancel();
        _stopping.Dispose();
        _engine?.Dispose();
    }

    private void Tell(ToCoordinator message) => _coordinator.Tell(message, Self);

    private void Welcomed(ToWorker.Welcome welcome)
    {
        Timers.Cancel("register");
        Listen(welcome);
        Beat();
    }

    // Of a coordinator that knows nothing of us: it started after the one that did was gone, and before there was a load.
    private void RegisterAgain()
    {
        if (_load is null)
        {
            Timers.StartPeriodicTimer("register", new Register(), TimeSpan.Zero, RegisterEvery);
        }
    }

    private void StopLoad(ToWorker.StopRun stop)
    {
        Listen(stop);
        _load?.Stop();
    }

    private void Beat()
    {
        // A process that was paused does not know yet whether anybody has answered.
        _lastAnswer = Now - _lastBeat > LongestPause ? Now : _lastAnswer;
        _lastBeat = Now;
        Tell(new ToCoordinator.Beat(RunId, _workerId, _term, _work?.Assignment.Version ?? 0, Now));
        var silent = Now - _lastAnswer;
        if (_load is null)
        {
            var patience = _run is null ? _services.Patience : 2 * _run.Lease;
            if (silent > patience)
            {
                Release(NotFormed);
            }
        }
        else if (!_givingUp && silent > 2 * _run!.Lease)
        {
            _log.Warning("no coordinator answers since {0:0} s; what was counted here is kept", silent.TotalSeconds);
            GiveUp();
        }
    }

    private void BeatAnswered(ToWorker.BeatAnswered answer)
    {
        Listen(answer);
        _coordinatorClock.Answered(answer.Sent, answer.Now, Now);
        if (_readiness is { } waiting)
        {
            _readiness = null;
            AnswerReadiness(waiting);
        }

        Renew();
    }

    // The lease counts from the question: the coordinator's count begins later, when it hears it.
    private void Renew()
    {
        if (_run is { } run && _coordinatorClock.LastAnswered is { } asked)
        {
            _load?.Renew(asked + run.Lease - Now);
        }
    }

    private void Listen(ToWorker message)
    {
        _lastAnswer = Now;
        if (message.Term > _term)
        {
            _coordinatorClock.Forget();
            _term = message.Term;
        }
    }

    private void Prepare(ToWorker.PrepareRun run)
    {
        Timers.Cancel("register");
        Listen(run);
        if (_run?.RunId == run.RunId)
        {
            // Asked again by a coordinator that did not hear the answer.
            if (_engine is not null && _load is null)
            {
                Ready(new Readiness(run.RunId, _engine, [], null));
            }

            return;
        }

        _run = run;
        _kept = new ReportKeeper(run.Plan);
        PrepareAsync(run, _services, _stopping.Token).PipeTo(
            Self,
            failure: error => new Readiness(run.RunId, null, [], $"{error.GetType().Name}: {error.Message}"));
    }

    private static async Task<Readiness> PrepareAsync(ToWorker.PrepareRun run, WorkerServices services, CancellationToken stopping)
    {
        var engine = services.CreateEngine(run.Plan);
        var refusals = await engine.FindRefusedTargetsAsync(stopping);
        if (refusals.Count == 0)
        {
            await services.WarmUp(run.Plan, stopping);
            services.Observer.Prepared(run.RunId, run.Plan);
        }

        return new Readiness(run.RunId, engine, refusals, null);
    }

    // Ready is who can also translate the start into the time here.
    private void Ready(Readiness readiness)
    {
        if (readiness.RunId != RunId)
        {
            // Of a run that is over already.
            readiness.Engine?.Dispose();
            return;
        }

        _engine = readiness.Engine ?? _engine;
        if (_coordinatorClock.Ahead is null)
        {
            _readiness = readiness;
            Beat();
        }
        else
        {
            AnswerReadiness(readiness);
        }
    }

    private void AnswerReadiness(Readiness ready)
    {
        if (ready.Problem is { } problem)
        {
            Tell(new ToCoordinator.PreparationFailed(ready.RunId, _workerId, problem));
        }
        else if (ready.Refusals.Count > 0)
        {
            Tell(new ToCoordinator.TargetsRefused(ready.RunId, _workerId, ready.Refusals));
        }
        else
        {
            Tell(new ToCoordinator.WorkerPrepared(ready.RunId, _workerId, _engine!.Crypto));
        }
    }

    private void TakeWork(ToWorker.AssignWork work)
    {
        Listen(work);
        if (_engine is null || work.RunId != RunId || work.Assignment.Version < _work?.Assignment.Version)
        {
            return;
        }

        _work = work;
        _load ??= WorkerLoad.Begin(
            Context,
            _run!.Plan,
            new TallyAddress(RunId, _workerId),
            _engine,
            work.LoadStart - (Now + (_coordinatorClock.Ahead ?? TimeSpan.Zero)),
            _coordinator,
            _services,
            _stopping.Token);
        Renew();
        var (reached, isFinished) = _load.Take(work.Assignment);
        Tell(new ToCoordinator.AssignmentTaken(RunId, _workerId, work.Assignment.Version, reached, isFinished));
    }

    private void Acknowledged(ToWorker.AcknowledgeReport acknowledged)
    {
        Listen(acknowledged);
        _kept?.Drop(acknowledged.SafeUpTo);
        _kept?.Merge(acknowledged.MergeUpTo);
        _load?.Tally.Tell(acknowledged);
    }

    private void Hold(ToWorker.HoldCheckpoint hold)
    {
        Listen(hold);
        if (_kept?.Hold(hold.Checkpoint) == true)
        {
            Tell(new ToCoordinator.CheckpointHeld(RunId, _workerId, hold.Checkpoint.Version));
        }
    }

    private void TellInventory(ToWorker.TellInventory tell)
    {
        Listen(tell);
        if (_run is null || _engine is null || _work is null)
        {
            return;
        }

        _coordinator.Tell(
            new ToCoordinator.Inventory(RunId, _workerId)
            {
                Host = Environment.MachineName,
                Weight = _services.Weight,
                Crypto = _engine.Crypto,
                Term = _term,
                Plan = _run.Plan,
                Lease = _run.Lease,
                Assignment = _work.Assignment,
                Elapsed = _load!.Elapsed,
                StartedAt = _work.StartedAt,
                Stopped = _load.IsStopped && !_leaving,
                Checkpoint = _kept!.Checkpoint,
                Reports = _kept.Reports,
            },
            Self);
    }

    private void Leave()
    {
        if (_leaving)
        {
            return;
        }

        _leaving = true;
        Tell(new ToCoordinator.WorkerLeaving(RunId, _workerId));
        if (_load is null)
        {
            Release(Aborted);
        }
        else
        {
            Timers.StartSingleTimer("hand over", new StopHandingOver(), HandOverWithin);
        }
    }

    private void GiveUp()
    {
        _givingUp = true;
        _load!.Stop();
    }

    private void Ended()
    {
        if (_givingUp)
        {
            _load!.Tally.Tell(new LoadMessages.TellCounted());
        }
    }

    private void Delivered()
    {
        if (_leaving)
        {
            Release(Aborted);
        }
    }

    private void Abandon(LoadMessages.Counted counted)
    {
        _services.Abandoned(new AbandonedRun(
            RunId, _workerId, _run!.Plan, _work!.StartedAt, counted.Tally, counted.Usage, _engine!.Crypto));
        Release(Aborted);
    }

    private void EndRun(ToWorker.EndRun end)
    {
        Listen(end);
        if (end.RunId != RunId)
        {
            return;
        }

        _load?.End(Context);
        _engine?.Dispose();
        (_run, _work, _load, _readiness, _engine, _kept, _givingUp) = (null, null, null, null, null, null, false);
        if (_leaving)
        {
            Release(Aborted);
        }
    }

    private void Released(ToWorker.Release release)
    {
        if (release.Reason.Length > 0)
        {
            _log.Warning("released by the coordinator: {0}", release.Reason);
        }

        Release(_leaving ? Aborted : release.ExitCode);
    }

    private void Release(int exitCode)
    {
        _released(exitCode);
        Context.Stop(Self);
    }

    /// <summary>Go: hand the share over, report what there is, then be released.</summary>
    public sealed record LeaveRequested;

    private sealed record Register;

    private sealed record StopHandingOver;

    private sealed record SendBeat
    {
        public static readonly SendBeat Instance = new();
    }

    private sealed record Readiness(string RunId, IHandshakeEngine? Engine, IReadOnlyList<string> Refusals, string? Problem);
}
