using System.Collections.Concurrent;
using Akka.Actor;
using LoadGen.Cluster.Protocol;
using LoadGen.Core.Plans;
using LoadGen.Core.Tallies;

namespace LoadGen.Cluster.Worker;

/// <summary>
/// Counts what ends on this worker and delivers it to the coordinator in numbered reports, each holding what ended since the
/// one before. There is one report on its way at a time; it is repeated until it is acknowledged, and what ends meanwhile
/// waits for the next. So each sample is counted once, whatever is lost, repeated or late in between.
/// </summary>
internal sealed class TallyActor : ReceiveActor, IWithTimers
{
    private static readonly TimeSpan RepeatAfter = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan TakeEvery = TimeSpan.FromMilliseconds(100);

    private readonly string _runId;
    private readonly string _workerId;
    private readonly ICanTell _coordinator;
    private readonly IWorkerObserver _observer;
    private readonly UsageMeter _usage;
    private readonly ConcurrentQueue<Sample> _samples;
    private readonly Tally _tally;
    private readonly Tally _reported;
    private ToCoordinator.TallyReported? _onItsWay;
    private long _number;
    private bool _finishing;

    public TallyActor(TallyAddress address, Plan plan, ICanTell coordinator, UsageMeter usage, ConcurrentQueue<Sample> samples, IWorkerObserver observer)
    {
        (_runId, _workerId) = address;
        _coordinator = coordinator;
        _observer = observer;
        _usage = usage;
        _samples = samples;
        _tally = new Tally(plan.Targets.Count, plan.Profiles.Count);
        _reported = new Tally(plan.Targets.Count, plan.Profiles.Count);

        Receive<TakeSamples>(_ => Take());
        Receive<LoadMessages.ArrivalDropped>(dropped =>
            _tally.RecordDropped(dropped.Arrival.Planned, dropped.Arrival.Target, dropped.Arrival.Profile));
        Receive<LoadMessages.HoldEnded>(ended => _tally.RecordHeld(ended.End));
        Receive<LoadMessages.SendReport>(send => Report(send.InFlight));
        Receive<LoadMessages.SendFinalReport>(_ =>
        {
            _finishing = true;
            Report(inFlight: 0);
            Context.Parent.Tell(new LoadMessages.AllEnded());
        });
        Receive<LoadMessages.TellCounted>(_ => TellCounted());
        Receive<ToWorker.AcknowledgeReport>(Acknowledged);
        Receive<Repeat>(_ => SendOnItsWay());
    }

    public ITimerScheduler Timers { get; set; } = null!;

    public static Props PropsFor(TallyAddress address, Plan plan, ICanTell coordinator, UsageMeter usage, ConcurrentQueue<Sample> samples, IWorkerObserver observer)
        => Props.Create(() => new TallyActor(address, plan, coordinator, usage, samples, observer)).WithDispatcher("loadgen.tally-dispatcher");

    protected override void PreStart() => Timers.StartPeriodicTimer("samples", TakeSamples.Instance, TakeEvery);

    private void Take()
    {
        while (_samples.TryDequeue(out var sample))
        {
            _tally.Record(sample);
            _observer.Ended(sample);
        }
    }

    private void TellCounted()
    {
        Take();
        var counted = new Tally(_reported.Targets.Count, _reported.Profiles.Count);
        counted.Merge(_reported);
        counted.Merge(_tally);
        Sender.Tell(new LoadMessages.Counted(counted, _usage.Read()));
    }

    private void Report(long inFlight)
    {
        Take();
        if (_onItsWay is not null)
        {
            return;
        }

        _onItsWay = new ToCoordinator.TallyReported(
            _runId, _workerId, ++_number, _tally.Books, inFlight, _usage.Read(), _finishing, _tally.Encode());
        _reported.Merge(_tally);
        _tally.Reset();
        Context.Parent.Tell(_onItsWay);
        SendOnItsWay();
        Timers.StartPeriodicTimer("repeat", new Repeat(), RepeatAfter);
    }

    private void SendOnItsWay()
    {
        if (_onItsWay is not null)
        {
            _coordinator.Tell(_onItsWay, Context.Parent);
        }
    }

    private void Acknowledged(ToWorker.AcknowledgeReport acknowledged)
    {
        if (_onItsWay is not { } report || acknowledged.Number != report.Number)
        {
            return;
        }

        _onItsWay = null;
        Timers.Cancel("repeat");
        if (report.Final)
        {
            Context.Parent.Tell(new LoadMessages.ReportsDelivered());
        }
        else if (_finishing)
        {
            Report(inFlight: 0);
        }
    }

    private sealed record Repeat;

    private sealed record TakeSamples
    {
        public static readonly TakeSamples Instance = new();
    }
}
