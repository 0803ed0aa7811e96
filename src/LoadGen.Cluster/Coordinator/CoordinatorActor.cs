using Akka.Actor;
using Akka.Event;
using LoadGen.Cluster.Protocol;
using LoadGen.Core.Runs;
using LoadGen.Core.Tallies;

namespace LoadGen.Cluster.Coordinator;

/// <summary>
/// Carries out what <see cref="RunState"/> decides: turns messages into events, and effects into messages. Holds the merged
/// tally and the addresses of the workers.
/// </summary>
internal sealed class CoordinatorActor : ReceiveActor, IWithTimers
{
    /// <summary>Enough for the start message to reach every worker, so that all start at the same moment.</summary>
    private static readonly TimeSpan StartDelay = TimeSpan.FromMilliseconds(200);

    private static readonly TimeSpan ProgressEvery = TimeSpan.FromSeconds(1);

    /// <summary>Workers report at each whole second of the load; a moment later all of it is here.</summary>
    private static readonly TimeSpan ReportsNeed = TimeSpan.FromMilliseconds(150);

    private static readonly TimeSpan LeaveWithin = TimeSpan.FromSeconds(5);

    private readonly RunOrder _order;
    private readonly IRunObserver _observer;
    private readonly TimeProvider _time;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly Dictionary<string, IActorRef> _workers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _inFlight = new(StringComparer.Ordinal);
    private readonly Tally _merged;
    private RunState _state;
    private DateTimeOffset _startedAt;
    private long? _loadStart;

    public CoordinatorActor(RunOrder order, IRunObserver observer, TimeProvider time)
    {
        _order = order;
        _observer = observer;
        _time = time;
        _startedAt = time.GetUtcNow();
        _merged = new Tally(order.Plan.Targets.Count, order.Plan.Profiles.Count);
        _state = new RunState(order.RunId, order.Plan, order.MinWorkers);

        Receive<ToCoordinator.RegisterWorker>(Register);
        Receive<ToCoordinator.WorkerPrepared>(m => ForThisRun(m, new RunEvent.WorkerPrepared(m.WorkerId, m.Epoch, m.Crypto)));
        Receive<ToCoordinator.TargetsRefused>(m => ForThisRun(m, new RunEvent.TargetsRefused(m.WorkerId, m.Reasons)));
        Receive<ToCoordinator.PreparationFailed>(m => ForThisRun(m, new RunEvent.PreparationFailed(m.WorkerId, m.Reason)));
        Receive<ToCoordinator.TallyReported>(TakeReport);
        Receive<Terminated>(WorkerGone);
        Receive<StopRequested>(stop => Apply(new RunEvent.StopRequested(stop.Reason)));
        Receive<StartDeadline>(_ => Apply(new RunEvent.StartDeadlinePassed()));
        Receive<ShowProgress>(_ => _observer.Progressed(Progress()));
        Receive<LeaveDeadline>(_ => FinishLeaving());
    }

    public ITimerScheduler Timers { get; set; } = null!;

    private TimeSpan Elapsed => _loadStart is { } start ? _time.GetElapsedTime(start) : TimeSpan.Zero;

    public static Props PropsFor(RunOrder order, IRunObserver observer, TimeProvider time)
        => Props.Create(() => new CoordinatorActor(order, observer, time));

    protected override void PreStart()
    {
        Timers.StartSingleTimer("deadline", new StartDeadline(), _order.StartDeadline);
        Timers.StartPeriodicTimer("progress", new ShowProgress(), ProgressEvery);
    }

    protected override void PostStop()
    {
        if (_state.Stage != RunStage.Ended)
        {
            _observer.Ended(new RunEnding.Impossible("the coordinator stopped before the run was over"), null);
            _observer.WorkersLeft();
        }
    }

    private void Register(ToCoordinator.RegisterWorker worker)
    {
        if (_state.Stage == RunStage.Ended)
        {
            Sender.Tell(new ToWorker.Release(_order.RunId, 0));
            return;
        }

        if (_workers.TryAdd(worker.WorkerId, Sender))
        {
            Context.Watch(Sender);
        }

        Sender.Tell(new ToWorker.Welcome(_order.RunId));
        Apply(new RunEvent.WorkerRegistered(worker.WorkerId, worker.Host));
    }

    private void TakeReport(ToCoordinator.TallyReported report)
    {
        _inFlight[report.WorkerId] = report.InFlight;
        ForThisRun(
            report,
            new RunEvent.ReportReceived(report.WorkerId, report.Number, report.Ended, report.Usage, report.Final),
            report.EncodedTally);
    }

    private void WorkerGone(Terminated terminated)
    {
        var worker = _workers.FirstOrDefault(each => each.Value.Equals(terminated.ActorRef)).Key;
        if (worker is null)
        {
            return;
        }

        _workers.Remove(worker);
        _inFlight.Remove(worker);
        Apply(new RunEvent.WorkerLost(worker, Elapsed));
        if (_state.Stage == RunStage.Ended && _workers.Count == 0)
        {
            FinishLeaving();
        }
    }

    private void ForThisRun(ToCoordinator message, RunEvent happened, byte[]? tally = null)
    {
        if (message.RunId == _order.RunId)
        {
            Apply(happened, tally);
        }
        else
        {
            _log.Warning("ignored a message of {0} for run {1}", message.WorkerId, message.RunId);
        }
    }

    private void Apply(RunEvent happened, byte[]? tally = null)
    {
        var stageBefore = _state.Stage;
        (_state, var effects) = _state.Apply(happened);
        foreach (var effect in effects)
        {
            CarryOut(effect, tally);
        }

        if (_state.Stage != stageBefore && _state.Stage != RunStage.Ended)
        {
            _observer.Progressed(Progress());
        }
    }

    private void CarryOut(RunEffect effect, byte[]? tally)
    {
        switch (effect)
        {
            case RunEffect.Prepare prepare:
                Tell(prepare.WorkerId, new ToWorker.AssignSlice(_order.RunId, _order.Plan, prepare.Slice));
                break;
            case RunEffect.Start start:
                StartLoad(start);
                break;
            case RunEffect.Merge:
                _merged.MergeEncoded(tally!);
                break;
            case RunEffect.Acknowledge acknowledge:
                Tell(acknowledge.WorkerId, new ToWorker.AcknowledgeReport(_order.RunId, acknowledge.Number));
                break;
            case RunEffect.CountLost lost:
                _log.Warning("lost worker {0} with {1} arrivals", lost.WorkerId, lost.Arrivals);
                _merged.RecordLost(lost.Arrivals);
                break;
            case RunEffect.Stop stop:
                Tell(stop.WorkerId, new ToWorker.StopRun(_order.RunId));
                break;
            case RunEffect.End end:
                EndRun(end.Ending);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(effect));
        }
    }

    private void StartLoad(RunEffect.Start start)
    {
        Timers.Cancel("deadline");
        Timers.StartPeriodicTimer("progress", new ShowProgress(), StartDelay + ProgressEvery + ReportsNeed, ProgressEvery);
        _startedAt = _time.GetUtcNow() + StartDelay;
        _loadStart = _time.GetTimestamp() + (long)(StartDelay.TotalSeconds * _time.TimestampFrequency);
        foreach (var worker in start.WorkerIds)
        {
            Tell(worker, new ToWorker.StartRun(_order.RunId, _state.Epoch, StartDelay));
        }
    }

    private void EndRun(RunEnding ending)
    {
        Timers.CancelAll();
        _observer.Progressed(Progress());
        var record = ending is RunEnding.Finished finished
            ? new RunRecord
            {
                RunId = _order.RunId,
                Plan = _order.Plan,
                StartedAt = _startedAt,
                Duration = finished.Duration,
                Workers = finished.Workers,
                Tally = _merged,
                AbortReason = finished.AbortReason,
            }
            : null;
        _observer.Ended(ending, record);
        foreach (var worker in _workers.Keys)
        {
            Tell(worker, new ToWorker.Release(_order.RunId, ReleaseCode.Of(ending)));
        }

        if (_workers.Count == 0)
        {
            FinishLeaving();
        }
        else
        {
            Timers.StartSingleTimer("leave", new LeaveDeadline(), LeaveWithin);
        }
    }

    private void FinishLeaving()
    {
        Timers.CancelAll();
        _observer.WorkersLeft();
    }

    private void Tell(string workerId, ToWorker message)
    {
        if (_workers.TryGetValue(workerId, out var worker))
        {
            worker.Tell(message, Self);
        }
    }

    private RunProgress Progress() => ProgressView.Of(_state, _merged, Elapsed, _inFlight.Values.Sum());

    /// <summary>Somebody wants the run to end now.</summary>
    public sealed record StopRequested(string Reason);

    private sealed record StartDeadline;

    private sealed record ShowProgress;

    private sealed record LeaveDeadline;
}
