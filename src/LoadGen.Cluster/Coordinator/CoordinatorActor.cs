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
/// Carries out what <see cref="RunState"/> decides: turns messages into events, and effects into messages. Holds the merged
/// tally and the addresses of the workers. The cluster's singleton: one that comes after another first asks the workers for
/// the run that is under way.
/// </summary>
internal sealed partial class CoordinatorActor : ReceiveActor, IWithTimers
{
    private static readonly TimeSpan ProgressEvery = TimeSpan.FromSeconds(1);

    /// <summary>Workers report at each whole second of the load; a moment later all of it is here.</summary>
    private static readonly TimeSpan ReportsNeed = TimeSpan.FromMilliseconds(150);

    private static readonly TimeSpan LookAtTimeEvery = TimeSpan.FromMilliseconds(250);

    /// <summary>Three beats missed: worth a look whether the process is still there.</summary>
    private static readonly TimeSpan SuspiciousSilence = TimeSpan.FromMilliseconds(1600);

    private static readonly TimeSpan CheckpointEvery = TimeSpan.FromSeconds(10);

    /// <summary>How long a coordinator that takes over waits for somebody who knows of a run.</summary>
    private static readonly TimeSpan RunShowsWithin = TimeSpan.FromSeconds(4);

    private static readonly TimeSpan LeaveWithin = TimeSpan.FromSeconds(5);

    private readonly bool _stays;
    private readonly TimeProvider _time;
    private readonly long _clockBase;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly Dictionary<string, IActorRef> _workers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (string Host, int Weight)> _idle = new(StringComparer.Ordinal);
    private readonly HashSet<string> _probed = new(StringComparer.Ordinal);
    private readonly HashSet<string> _untold = new(StringComparer.Ordinal);
    private readonly CheckpointHolders _holders = new();
    private RunOrder? _order;
    private IRunObserver _observer;
    private Recovery? _recovery;
    private Tally _merged = new(0, 0);
    private RunState? _state;
    private RunEnding? _ending;
    private DateTimeOffset _startedAt;
    private int _term = 1;
    private string? _stopReason;

    /// <param name="order">The run; <see langword="null"/> for a coordinator that stays, and is given runs one after another.</param>
    /// <param name="observer">Sees the run.</param>
    /// <param name="time">The clocks.</param>
    public CoordinatorActor(RunOrder? order, IRunObserver observer, TimeProvider time)
    {
        _order = order;
        _stays = order is null;
        _observer = observer;
        _time = time;
        _clockBase = time.GetTimestamp();
        _startedAt = time.GetUtcNow();

        Receive<BeginRun>(Begin);
        Receive<ReleaseWorkers>(_ => LetGo());
        Receive<ToCoordinator.RegisterWorker>(Register);
        Receive<ToCoordinator.Beat>(TakeBeat);
        Receive<ToCoordinator.Inventory>(TakeInventory);
        Receive<ToCoordinator.WorkerPrepared>(m => ForThisRun(m, new RunEvent.WorkerPrepared(m.WorkerId, m.Crypto)));
        Receive<ToCoordinator.TargetsRefused>(m => ForThisRun(m, new RunEvent.TargetsRefused(m.WorkerId, m.Reasons)));
        Receive<ToCoordinator.PreparationFailed>(m => ForThisRun(m, new RunEvent.PreparationFailed(m.WorkerId, m.Reason)));
        Receive<ToCoordinator.AssignmentTaken>(m => ForThisRun(m, new RunEvent.AssignmentTaken(m.WorkerId, m.Version, m.Reached, m.Finished)));
        Receive<ToCoordinator.WorkerLeaving>(Leave);
        Receive<ToCoordinator.TallyReported>(TakeReport);
        Receive<ToCoordinator.CheckpointHeld>(m => _holders.Held(m.WorkerId, m.Version));
        Receive<Terminated>(WorkerGone);
        Receive<StopRequested>(stop => Stop(stop.Reason));
        Receive<StartDeadline>(_ => Apply(new RunEvent.StartDeadlinePassed()));
        Receive<LookAtTime>(_ => TimePassed());
        Receive<ProbeAnswered>(TakeProbe);
        Receive<ShowProgress>(_ => ShowProgressNow());
        Receive<MakeCheckpoint>(_ => Checkpoint());
        Receive<RunShows>(_ => StartAnewIfNoRun());
        Receive<InventoriesLate>(_ => TakeOver());
        Receive<ClusterEvent.IMemberEvent>(_ => LookForStandby());
        Receive<LeaveDeadline>(_ => FinishLeaving());
    }

    public ITimerScheduler Timers { get; set; } = null!;

    private TimeSpan Now => _time.GetElapsedTime(_clockBase);

    private string RunId => _state?.RunId ?? "";

    public static Props PropsFor(RunOrder? order, IRunObserver observer, TimeProvider time)
        => Props.Create(() => new CoordinatorActor(order, observer, time)).WithDispatcher("loadgen.control-dispatcher");

    protected override void PreStart()
    {
        AkkaCluster.Get(Context.System).Subscribe(Self, ClusterEvent.SubscriptionInitialStateMode.InitialStateAsEvents, typeof(ClusterEvent.IMemberEvent));
        Timers.StartPeriodicTimer("time", LookAtTime.Instance, LookAtTimeEvery);
        if (_order is null)
        {
            return;
        }

        if (_order.TakesOver)
        {
            _log.Warning("the coordinator is gone; this one takes over");
            _recovery = new Recovery();
            Timers.StartSingleTimer("run", new RunShows(), RunShowsWithin);
        }
        else
        {
            StartAnew(_order);
        }
    }

    protected override void PostStop()
    {
        AkkaCluster.Get(Context.System).Unsubscribe(Self);
        if (_ending is null && _order is not null)
        {
            var ending = _state?.CutShort("this coordinator was cut off from the cluster; what it knew by then", Now);
            _observer.Ended(ending ?? (RunEnding)new RunEnding.Impossible("the coordinator stopped before the run was over"), ending is null ? null : RecordOf(ending));
        }

        // Nobody waits for workers that this node does not see leave any more.
        _observer.WorkersLeft();
    }

    // Only a coordinator that stays is given runs, and only when the one before is over.
    private void Begin(BeginRun begin)
    {
        _order = begin.Order;
        _observer = begin.Observer;
        _stopReason = null;
        StartAnew(begin.Order);
        foreach (var (workerId, (host, weight)) in _idle)
        {
            Apply(new RunEvent.WorkerRegistered(workerId, host, weight));
        }
    }

    private void StartAnew(RunOrder order)
    {
        if (order.Plan is not { } plan)
        {
            _ending = new RunEnding.Impossible("the coordinator is gone, no worker knows of a run, and this standby has no plan of its own");
            Timers.CancelAll();
            _observer.Ended(_ending, null);
            FinishLeaving();
            return;
        }

        _state = new RunState(order.RunId, plan, order.MinWorkers) { Lease = order.Lease };
        _merged = new Tally(plan.Targets.Count, plan.Profiles.Count);
        Timers.StartSingleTimer("deadline", new StartDeadline(), order.StartDeadline);
        Timers.StartPeriodicTimer("progress", new ShowProgress(), ProgressEvery);
    }

    private void Register(ToCoordinator.RegisterWorker worker)
    {
        if (_ending is not null)
        {
            Sender.Tell(new ToWorker.Release(RunId, _term, ReleaseCode.Of(_ending), ""));
            return;
        }

        if (_state is null && !_stays)
        {
            return;
        }

        Know(worker.WorkerId);
        _idle[worker.WorkerId] = (worker.Host, worker.Weight);
        Sender.Tell(new ToWorker.Welcome(RunId, _term));
        Apply(new RunEvent.WorkerRegistered(worker.WorkerId, worker.Host, worker.Weight));
    }

    private void Know(string workerId)
    {
        if (!_workers.TryGetValue(workerId, out var known) || !known.Equals(Sender))
        {
            _workers[workerId] = Sender;
            Context.Watch(Sender);
        }
    }

    private void TakeBeat(ToCoordinator.Beat beat)
    {
        if (_state is null)
        {
            AnswerWithoutRun(beat);
            return;
        }

        if (_ending is not null)
        {
            Sender.Tell(new ToWorker.Release(RunId, _term, ReleaseCode.Of(_ending), ""));
            return;
        }

        if (!_state.Workers.ContainsKey(beat.WorkerId))
        {
            Sender.Tell(beat.RunId.Length > 0 && beat.RunId != RunId
                ? new ToWorker.Release(beat.RunId, Math.Max(_term, beat.Term), ReleaseCode.Aborted, $"the coordinator runs {RunId} now, and knows nothing of {beat.RunId}")
                : new ToWorker.RegisterAgain(RunId, _term));
            return;
        }

        Know(beat.WorkerId);
        _probed.Remove(beat.WorkerId);
        if (_untold.Contains(beat.WorkerId))
        {
            Sender.Tell(new ToWorker.TellInventory(RunId, _term));
        }

        Apply(new RunEvent.WorkerHeard(beat.WorkerId, beat.RunId == RunId ? beat.Version : int.MaxValue));
        if (_state.Workers.TryGetValue(beat.WorkerId, out var worker) && worker.Stage != WorkerStage.Lost)
        {
            Sender.Tell(new ToWorker.BeatAnswered(RunId, _term, beat.Sent, Now));
        }
    }

    private void AnswerWithoutRun(ToCoordinator.Beat beat)
    {
        if (!_stays)
        {
            AskForInventory(beat);
        }
        else if (_idle.ContainsKey(beat.WorkerId))
        {
            Sender.Tell(beat.RunId.Length > 0 ? new ToWorker.EndRun(beat.RunId, _term) : new ToWorker.BeatAnswered("", _term, beat.Sent, Now));
        }
        else
        {
            Sender.Tell(new ToWorker.RegisterAgain("", _term));
        }
    }

    private void TakeReport(ToCoordinator.TallyReported report) => ForThisRun(report, report.ToEvent(), report.EncodedTally);

    private void WorkerGone(Terminated terminated)
    {
        var worker = _workers.FirstOrDefault(each => each.Value.Equals(terminated.ActorRef)).Key;
        if (worker is null)
        {
            return;
        }

        _workers.Remove(worker);
        _idle.Remove(worker);
        Apply(new RunEvent.WorkerLost(worker));
        if (_ending is not null && _workers.Count == 0)
        {
            FinishLeaving();
        }
    }

    private void Leave(ToCoordinator.WorkerLeaving leaving)
    {
        _idle.Remove(leaving.WorkerId);
        Apply(new RunEvent.WorkerLeaving(leaving.WorkerId));
    }

    private void Stop(string reason)
    {
        if (_state is null && _stays)
        {
            return;
        }

        _stopReason = reason;
        if (_state is null)
        {
            _ending = new RunEnding.Impossible(reason);
            _observer.Ended(_ending, null);
            FinishLeaving();
        }
        else
        {
            Apply(new RunEvent.StopRequested(reason));
        }
    }

    private void TimePassed()
    {
        if (_state is null || _ending is not null)
        {
            return;
        }

        Apply(new RunEvent.TimePassed());
        foreach (var silent in _state.Workers.Values.Where(worker => !worker.IsOver && Now - worker.LastHeard > SuspiciousSilence))
        {
            if (_workers.TryGetValue(silent.Id, out var worker) && worker.Path.Address is { Host: { } host, Port: { } port } && _probed.Add(silent.Id))
            {
                var heard = silent.LastHeard;
                ProcessProbe.IsGoneAsync(host, port).PipeTo(Self, success: isGone => new ProbeAnswered(silent.Id, heard, isGone));
            }
        }
    }

    // A process that has ended begins nothing more, so nobody has to wait for its lease.
    private void TakeProbe(ProbeAnswered answer)
    {
        _probed.Remove(answer.WorkerId);
        if (answer.IsGone && _state?.Workers.GetValueOrDefault(answer.WorkerId) is { IsOver: false } worker && worker.LastHeard == answer.HeardBefore)
        {
            Apply(new RunEvent.WorkerLost(worker.Id));
        }
    }

    private void ForThisRun(ToCoordinator message, RunEvent happened, byte[]? tally = null)
    {
        if (message.RunId == RunId)
        {
            Apply(happened, tally);
        }
        else
        {
            _log.Debug("ignored a message of {0} for run {1}", message.WorkerId, message.RunId);
        }
    }

    private void Apply(RunEvent happened, byte[]? tally = null)
    {
        if (_state is null)
        {
            return;
        }

        var stageBefore = _state.Stage;
        (_state, var effects) = _state.Apply(happened, Now);
        foreach (var effect in effects)
        {
            CarryOut(effect, tally);
        }

        if (_state is not null && _state.Stage != stageBefore && _state.Stage != RunStage.Ended)
        {
            ShowProgressNow();
        }
    }

    private void LetGo()
    {
        foreach (var worker in _idle.Keys)
        {
            Tell(worker, new ToWorker.Release("", _term, 0, ""));
        }
    }

    private void Tell(string workerId, ToWorker message)
    {
        if (_workers.TryGetValue(workerId, out var worker))
        {
            worker.Tell(message, Self);
        }
    }

    private void ShowProgressNow()
    {
        if (_state is { } state)
        {
            var progress = ProgressView.Of(state, _merged, state.ElapsedAt(Now));
            _observer.Counted(progress, state.Plan, _merged);
            _observer.Progressed(progress);
        }
    }

    /// <summary>Somebody wants the run to end now.</summary>
    public sealed record StopRequested(string Reason);

    /// <summary>The next run of a coordinator that stays.</summary>
    public sealed record BeginRun(RunOrder Order, IRunObserver Observer);

    /// <summary>There will be no more runs.</summary>
    public sealed record ReleaseWorkers;

    private sealed record StartDeadline;

    private sealed record ShowProgress;

    private sealed record MakeCheckpoint;

    private sealed record RunShows;

    private sealed record InventoriesLate;

    private sealed record LeaveDeadline;

    private sealed record ProbeAnswered(string WorkerId, TimeSpan HeardBefore, bool IsGone);

    private sealed record LookAtTime
    {
        public static readonly LookAtTime Instance = new();
    }
}
