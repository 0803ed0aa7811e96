using LoadGen.Cluster.Worker;
using LoadGen.Core.Plans;
using LoadGen.Core.Runs;
using LoadGen.Core.Shapes;
using LoadGen.Core.Slices;
using LoadGen.Core.Tallies;

namespace LoadGen.Cluster.Tests.Coordinator;

/// <summary>
/// A run in simulated time: the real decisions of the coordinator and the real pumps of workers, with messages that take random
/// times or are lost, workers that come, leave, pause, are cut off or die. Each seed is another run, the same each time.
/// </summary>
internal sealed class SimulatedRun
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(5);

    private readonly Random _random;
    private readonly Plan _plan;
    private readonly List<SimulatedWorker> _workers = [];
    private readonly PriorityQueue<Action, (TimeSpan, int)> _messages = new();
    private int _sent;
    private TimeSpan _now;

    public SimulatedRun(int seed)
    {
        _random = new Random(seed);
        _plan = new Plan
        {
            Name = "simulated",
            Targets = [new Target { Name = "t", Host = "127.0.0.1", Port = 443, ServerName = "localhost" }],
            Profiles = [new Profile { Name = "p" }],
            Load = new Load.Open(new Schedule(new Ramp(20, 120, TimeSpan.FromSeconds(30)))),
        };
        State = new RunState("run", _plan, 3) { Lease = Lease };
    }

    public RunState State { get; private set; }

    public IReadOnlyList<SimulatedWorker> Workers => _workers;

    public long Scheduled => ((Load.Open)_plan.Load).Schedule.Count;

    /// <summary>Every arrival that any worker began, in the order in which they did.</summary>
    public List<long> Begun { get; } = [];

    /// <summary>Runs it to its end, with a number of troubles on the way.</summary>
    public void Play(int troubles)
    {
        for (var i = 0; i < 4; i++)
        {
            Join();
        }

        var times = Enumerable.Range(0, troubles).Select(_ => TimeSpan.FromSeconds(1 + (_random.NextDouble() * 27))).Order().ToList();
        while (State.Stage != RunStage.Ended)
        {
            _now += Step;
            while (times.Count > 0 && times[0] <= _now)
            {
                times.RemoveAt(0);
                MakeTrouble();
            }

            while (_messages.TryPeek(out var message, out var due) && due.Item1 <= _now)
            {
                _messages.Dequeue();
                message();
            }

            Tell(new RunEvent.TimePassed());
            foreach (var worker in _workers)
            {
                worker.Live(_now);
            }

            Assert.True(_now < TimeSpan.FromMinutes(3), $"the run does not end: {State.Stage} {State.Pending} {string.Join(' ', State.Workers.Values)}");
        }
    }

    private void Join()
    {
        var worker = new SimulatedWorker($"worker-{_workers.Count:00}", _plan, Lease, Begun)
        {
            Weight = 1 + _random.Next(3),
        };
        worker.Send = happened => Deliver(() => Tell(happened, worker));
        _workers.Add(worker);
        Tell(new RunEvent.WorkerRegistered(worker.Id, "host", worker.Weight));
    }

    private void MakeTrouble()
    {
        var present = _workers.Where(worker => worker.IsAlive).ToList();
        var victim = present[_random.Next(present.Count)];
        switch (_random.Next(5))
        {
            case 0 when present.Count > 1:
                victim.Die();
                // Its machine says that the process is gone.
                _messages.Enqueue(() => Tell(new RunEvent.WorkerLost(victim.Id)), (_now + TimeSpan.FromSeconds(1 + _random.NextDouble()), _sent++));
                break;
            case 1:
                Join();
                break;
            case 2 when present.Count > 1:
                Deliver(() => Tell(new RunEvent.WorkerLeaving(victim.Id)));
                break;
            case 3:
                victim.PauseUntil(_now + TimeSpan.FromSeconds(_random.NextDouble() * 12));
                break;
            default:
                victim.CutOffUntil = _now + TimeSpan.FromSeconds(_random.NextDouble() * 12);
                break;
        }
    }

    // Most messages arrive soon, some late, and some never.
    private void Deliver(Action message)
    {
        if (_random.Next(20) != 0)
        {
            var takes = TimeSpan.FromMilliseconds(_random.Next(10) == 0 ? _random.Next(1500) : _random.Next(100));
            _messages.Enqueue(message, (_now + takes, _sent++));
        }
    }

    private void Tell(RunEvent happened, SimulatedWorker? from = null)
    {
        if (from?.CutOffUntil > _now)
        {
            return;
        }

        (State, var effects) = State.Apply(happened, _now);
        if (happened is RunEvent.WorkerHeard heard && State.Workers.GetValueOrDefault(heard.WorkerId) is { Stage: not WorkerStage.Lost })
        {
            var sent = from!.SentOf(heard);
            ToWorker(from.Id, worker => worker.BeatAnswered(sent, _now));
        }

        foreach (var effect in effects)
        {
            CarryOut(effect);
        }
    }

    private void CarryOut(RunEffect effect)
    {
        var state = State;
        switch (effect)
        {
            case RunEffect.Prepare prepare:
                // Repeated by the actors until it is answered.
                Tell(new RunEvent.WorkerPrepared(prepare.WorkerId, "none"));
                break;
            case RunEffect.Assign assign:
                ToWorker(assign.WorkerId, worker => worker.Take(state.Assignment!, state.LoadStart!.Value));
                break;
            case RunEffect.Acknowledge acknowledge:
                ToWorker(acknowledge.WorkerId, worker => worker.Acknowledged(acknowledge.Number));
                break;
            case RunEffect.Stop stop:
                ToWorker(stop.WorkerId, worker => worker.Stop());
                break;
        }
    }

    private void ToWorker(string id, Action<SimulatedWorker> message)
    {
        var worker = _workers.Single(each => each.Id == id);
        Deliver(() =>
        {
            if (worker.CutOffUntil <= _now)
            {
                worker.Receive(() => message(worker));
            }
        });
    }
}
