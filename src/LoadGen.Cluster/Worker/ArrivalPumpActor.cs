using Akka.Actor;

namespace LoadGen.Cluster.Worker;

/// <summary>
/// Gives each due arrival to a free connection, or counts it as dropped. Runs on a thread of its own, so that arrivals are
/// released on time however busy the handshakes keep the machine.
/// </summary>
internal sealed class ArrivalPumpActor : ReceiveActor, IWithTimers
{
    private static readonly TimeSpan ReportEvery = TimeSpan.FromSeconds(1);

    private readonly ArrivalPump _pump;
    private readonly RunClock _clock;
    private readonly IActorRef _tally;
    private readonly IWorkerObserver _observer;
    private readonly Props _connectionProps;
    private readonly Alarm _alarm;
    private readonly Stack<IActorRef> _free = new();
    private int _inFlight;
    private bool _finished;

    public ArrivalPumpActor(ArrivalPump arrivals, RunClock clock, Props connectionProps, IActorRef tally, WorkerServices services)
    {
        _pump = arrivals;
        _clock = clock;
        _tally = tally;
        _observer = services.Observer;
        _connectionProps = connectionProps;
        var self = Self;
        _alarm = new Alarm(services.Clock, () => self.Tell(LoadMessages.LookAtTime.Instance, ActorRefs.NoSender));

        Receive<LoadMessages.LookAtTime>(_ => Release());
        Receive<LoadMessages.ConnectionFree>(_ => TakeBack(Sender));
        Receive<LoadMessages.StopPumping>(_ =>
        {
            _pump.Stop();
            FinishIfDone();
        });
        Receive<LoadMessages.SendReport>(_ =>
        {
            _tally.Tell(new LoadMessages.SendReport(_inFlight));
            FinishIfDone();
        });
    }

    public ITimerScheduler Timers { get; set; } = null!;

    public static Props PropsFor(ArrivalPump arrivals, RunClock clock, Props connectionProps, IActorRef tally, WorkerServices services)
        => Props.Create(() => new ArrivalPumpActor(arrivals, clock, connectionProps, tally, services))
            .WithDispatcher("loadgen.pump-dispatcher");

    protected override void PreStart()
    {
        // At each whole second of the load, which has not begun yet, or goes on already for a worker that joins it.
        var toNextSecond = ReportEvery - new TimeSpan((_clock.Now.Ticks % ReportEvery.Ticks + ReportEvery.Ticks) % ReportEvery.Ticks);
        Timers.StartPeriodicTimer("report", new LoadMessages.SendReport(0), _clock.Now < TimeSpan.Zero ? ReportEvery - _clock.Now : toNextSecond, ReportEvery);
        _alarm.Set(_pump.IsClosedLoad ? -_clock.Now : (_pump.NextDue ?? TimeSpan.Zero) - _clock.Now);
    }

    protected override void PostStop()
    {
        _alarm.Dispose();
        _observer.InFlightChanged(-_inFlight);
    }

    private void Release()
    {
        if (_pump.IsClosedLoad)
        {
            ReleaseClosed();
        }
        else
        {
            ReleaseDue();
        }

        FinishIfDone();
    }

    private void ReleaseDue()
    {
        while (_pump.TryTakeDue(_clock.Now, out var arrival))
        {
            _observer.Arrived(arrival.Target, arrival.Profile);
            if (!_pump.IsPast(arrival) && TryGetConnection(out var connection))
            {
                Begin(connection, arrival);
            }
            else
            {
                _observer.Dropped(arrival.Target, arrival.Profile);
                _tally.Tell(new LoadMessages.ArrivalDropped(arrival));
            }
        }

        if (_pump.NextDue is { } due)
        {
            _alarm.Set(due - _clock.Now);
        }
    }

    private void ReleaseClosed()
    {
        while (_pump.TryOpen(_clock.Now, out var arrival))
        {
            _observer.Arrived(arrival.Target, arrival.Profile);
            Begin(_free.TryPop(out var free) ? free : NewConnection(), arrival);
        }
    }

    private void TakeBack(IActorRef connection)
    {
        _inFlight--;
        _observer.InFlightChanged(-1);
        _free.Push(connection);
        if (_pump.IsClosedLoad)
        {
            ReleaseClosed();
        }

        FinishIfDone();
    }

    private void Begin(IActorRef connection, Arrival arrival)
    {
        _inFlight++;
        _observer.InFlightChanged(1);
        connection.Tell(new LoadMessages.BeginHandshake(arrival));
    }

    // The connection used last is taken first: its buffers are still in the caches.
    private bool TryGetConnection(out IActorRef connection)
    {
        connection = ActorRefs.Nobody;
        if (_inFlight >= _pump.Connections)
        {
            return false;
        }

        connection = _free.TryPop(out var free) ? free : NewConnection();
        return true;
    }

    private IActorRef NewConnection() => Context.ActorOf(_connectionProps);

    // Every connection told the tally of its last handshake before it told us that it is free, so nothing comes later.
    private void FinishIfDone()
    {
        if (!_finished && _inFlight == 0 && _pump.TryFinish(_clock.Now))
        {
            _finished = true;
            Timers.CancelAll();
            _tally.Tell(new LoadMessages.SendFinalReport());
        }
    }
}
