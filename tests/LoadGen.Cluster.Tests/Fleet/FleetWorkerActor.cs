using Akka.Actor;
using LoadGen.Cluster.Protocol;
using LoadGen.Core.Generator;
using LoadGen.Core.Plans;
using LoadGen.Core.Runs;
using LoadGen.Core.Shapes;
using LoadGen.Core.Tallies;

namespace LoadGen.Cluster.Tests.Fleet;

/// <summary>
/// Says what a worker says, at the times at which it says it, and makes no load: registers, beats, takes its share, and
/// reports once a second what came due of it. Speaks and hears bytes alone.
/// </summary>
internal sealed class FleetWorkerActor : ReceiveActor, IWithTimers
{
    private static readonly TimeSpan RegisterEvery = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan BeatEvery = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan ReportEvery = TimeSpan.FromSeconds(1);

    private readonly int _index;
    private readonly string _workerId;
    private readonly FleetReports _reports;
    private readonly FleetLog _log;
    private readonly TimeSpan _reportsAfter;
    private readonly WireSerializer _wire;
    private CoordinatorClock _coordinatorClock = CoordinatorClock.Unknown;
    private ToWorker.PrepareRun? _run;
    private ToWorker.AssignWork? _work;
    private bool _isReady;
    private TimeSpan _loadStart;
    private TimeSpan _covered;
    private long _reported;
    private long _number;
    private ToCoordinator.TallyReported? _onItsWay;
    private TimeSpan _due;
    private TimeSpan _sentDue;
    private bool _stopped;
    private bool _finished;
    private bool _dying;

    /// <param name="index">Which worker of the fleet it is.</param>
    /// <param name="reportsAfter">How long after each whole second it reports.</param>
    /// <param name="reports">What it reports.</param>
    /// <param name="log">What it saw.</param>
    public FleetWorkerActor(int index, TimeSpan reportsAfter, FleetReports reports, FleetLog log)
    {
        _index = index;
        _workerId = NameOf(index);
        _reportsAfter = reportsAfter;
        _reports = reports;
        _log = log;
        _wire = new WireSerializer((ExtendedActorSystem)Context.System);

        Receive<WireBytes>(message => Hear(_wire.FromBinary(message.Bytes, message.Manifest)));
        Receive<Register>(_ => Offer());
        Receive<SendBeat>(_ => Beat());
        Receive<ReportDue>(_ => ReportNow());
        Receive<Die>(_ =>
        {
            _dying = true;
            StopIfDying();
        });
    }

    public ITimerScheduler Timers { get; set; } = null!;

    private string RunId => _run?.RunId ?? "";

    private Schedule Schedule => ((Load.Open)_run!.Plan.Load).Schedule;

    /// <summary>As a pod is named: with an end that tells nothing, so that names are no smaller on the wire than real ones.</summary>
    public static string NameOf(int index) => $"loadgen-worker-7d9f8b6c5d-{((index * 48_271L) + 11_863) % 1_048_573:x5}";

    public static Props PropsFor(int index, TimeSpan reportsAfter, FleetReports reports, FleetLog log)
        => Props.Create(() => new FleetWorkerActor(index, reportsAfter, reports, log));

    protected override void PreStart()
    {
        Timers.StartPeriodicTimer("register", new Register(), TimeSpan.Zero, RegisterEvery);
        // Real workers start at different times.
        Timers.StartPeriodicTimer("beat", new SendBeat(), BeatEvery + TimeSpan.FromMilliseconds(_index % 500), BeatEvery);
    }

    private void Tell(ToCoordinator message) => Context.Parent.Tell(new WireBytes(_wire.Manifest(message), _wire.ToBinary(message)));

    private void Hear(object message)
    {
        switch (message)
        {
            case ToWorker.Welcome:
                Timers.Cancel("register");
                Beat();
                break;
            case ToWorker.BeatAnswered answer:
                _coordinatorClock = _coordinatorClock.Answered(answer.Sent, answer.Now, _log.Now);
                SayReady();
                break;
            case ToWorker.PrepareRun run:
                _run = run;
                _isReady = true;
                SayReady();
                break;
            case ToWorker.AssignWork work:
                TakeWork(work);
                break;
            case ToWorker.AcknowledgeReport acknowledged when acknowledged.Number == _onItsWay?.Report.Number:
                Acknowledged();
                break;
            case ToWorker.StopRun:
                _stopped = true;
                ReportFinal();
                break;
            case ToWorker.Release:
                Context.Stop(Self);
                break;
        }
    }

    private void Offer()
    {
        _log.Registered();
        Tell(new ToCoordinator.RegisterWorker(_workerId, "simulated", 1));
    }

    private void Beat() => Tell(new ToCoordinator.Beat(RunId, _workerId, 1, _work?.Assignment.Term ?? 0, _work?.Assignment.Version ?? 0, _log.Now));

    // Only who knows the coordinator's time can be ready.
    private void SayReady()
    {
        if (_isReady && _coordinatorClock.Ahead is not null)
        {
            _isReady = false;
            Tell(new ToCoordinator.WorkerPrepared(RunId, _workerId, "native"));
        }
    }

    private void TakeWork(ToWorker.AssignWork work)
    {
        var before = _work?.Assignment;
        if (work.Assignment.Version < before?.Version)
        {
            return;
        }

        _work = work;
        _log.Assigned(
            work.Assignment.Epoch,
            work.Assignment.Version,
            work.Assignment.Epoch != before?.Epoch,
            calledOff: work.Assignment.Epoch == before?.Epoch && before.CutAt is not null && work.Assignment.CutAt is null);
        if (before is null)
        {
            _loadStart = work.LoadStart - _coordinatorClock.Ahead!.Value;
            AwaitNextSecond();
        }

        Tell(new ToCoordinator.AssignmentTaken(RunId, _workerId, work.Assignment.Term, work.Assignment.Version, Schedule.CountBefore(_covered), _finished));
    }

    // Of the load, which has not begun yet, or goes on already for a worker that joins it.
    private void AwaitNextSecond()
    {
        var elapsed = _log.Now - _loadStart;
        var second = Math.Max(1, Math.Ceiling((elapsed - _reportsAfter) / ReportEvery));
        _due = _loadStart + (second * ReportEvery) + _reportsAfter;
        Timers.StartSingleTimer("report", new ReportDue(), _due - _log.Now);
    }

    private void ReportNow()
    {
        _covered = _due - _reportsAfter - _loadStart;
        Report();
        if (!_finished)
        {
            _due += ReportEvery;
            Timers.StartSingleTimer("report", new ReportDue(), _due - _log.Now is var wait && wait > TimeSpan.Zero ? wait : TimeSpan.Zero);
        }
    }

    private void ReportFinal()
    {
        Timers.Cancel("report");
        _due = _log.Now;
        Report();
    }

    private void Report()
    {
        if (_onItsWay is not null || _work is not { Assignment: var assignment })
        {
            _log.ReportHeld();
            return;
        }

        _finished = _stopped || (_covered >= Schedule.Duration && assignment.CutAt is null);
        var given = assignment.GivenTo(_run!.Plan, _workerId, Schedule.CountBefore(_covered));
        var second = (int)Math.Max(0, (_covered - ReportEvery).TotalSeconds);
        var (_, tally) = _reports.Of(_index, second, given - _reported);
        var before = _reported;
        _reported = given;
        var usage = new GeneratorUsage($"simulated-{_index}:1", 4, _covered, _covered, TimeSpan.Zero);
        _onItsWay = new ToCoordinator.TallyReported(RunId, _workerId, new WorkerReport(++_number, _number, before, 12, usage, _finished, tally));
        _sentDue = _due;
        Tell(_onItsWay);
    }

    private void Acknowledged()
    {
        _log.ReportAcknowledged(_workerId, _onItsWay!.Report.Number, _onItsWay.Report.EncodedTally, _log.Now - _sentDue);
        _onItsWay = null;
        StopIfDying();
        if (_stopped && !_finished)
        {
            ReportFinal();
        }
    }

    // What was reported was acknowledged, so that it is known exactly what was counted.
    private void StopIfDying()
    {
        if (_dying && _onItsWay is null)
        {
            Context.Stop(Self);
        }
    }

    /// <summary>Vanish, with no report on its way.</summary>
    public sealed record Die;

    private sealed record Register;

    private sealed record SendBeat;

    private sealed record ReportDue;
}
