using LoadGen.Cluster.Protocol;
using LoadGen.Core.Plans;
using LoadGen.Core.Runs;
using LoadGen.Core.Shapes;

namespace LoadGen.Cluster.Tests.Simulation;

/// <summary>
/// Runs in simulated time: the real machines of coordinators and workers, and messages between them that take random times,
/// overtake each other, come twice or are lost. Workers come, leave, pause, are cut off or die; the coordinator dies, and
/// another takes over or is started again; or a run is stopped. Some coordinators stay, and are given runs one after another.
/// Each seed is another story, the same each time.
/// </summary>
internal sealed class SimulatedCluster
{
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan LongestRun = TimeSpan.FromMinutes(4);

    private readonly PriorityQueue<Action, (TimeSpan, int)> _agenda = new();
    private readonly Dictionary<string, HashSet<long>> _begun = [];
    private readonly List<string> _log = [];
    private readonly int _loss;
    private int _order;
    private int _minWorkers;
    private bool _stays;
    private int _toCome = 1;

    public SimulatedCluster(int seed)
    {
        Random = new Random(seed);
        _loss = Random.Next(3) switch { 0 => 0, 1 => 20, _ => 60 };
        Plan = new Plan
        {
            Name = "simulated",
            Targets = [new Target { Name = "t", Host = "127.0.0.1", Port = 443, ServerName = "localhost" }],
            Profiles = [new Profile { Name = "p" }],
            Load = Random.Next(6) switch
            {
                0 => new Load.Closed(8, null, 400),
                1 => new Load.Closed(8, TimeSpan.FromSeconds(15), null),
                2 => new Load.Closed(8, TimeSpan.FromSeconds(12), 100_000),
                _ => new Load.Open(new Schedule(new Ramp(20, 120, TimeSpan.FromSeconds(20)))),
            },
        };
    }

    public Random Random { get; }

    public Plan Plan { get; }

    public TimeSpan Now { get; private set; }

    public List<SimulatedWorker> Workers { get; } = [];

    public SimulatedCoordinator? Coordinator { get; private set; }

    /// <summary>How many runs have been ordered.</summary>
    public int Ordered { get; private set; }

    /// <summary>How the runs ended, by whichever coordinator told of it, in order.</summary>
    public List<(RunEnding Ending, RunRecord? Record)> Endings { get; } = [];

    /// <summary>Arrivals that were begun twice, of any run.</summary>
    public List<(string RunId, long Arrival)> Twice { get; } = [];

    /// <summary>Whether every message is told of in <see cref="Story"/>.</summary>
    public bool TellsMessages { get; init; }

    /// <summary>What was said to people, for those who look into a run that went wrong.</summary>
    public string Story => string.Join('\n', _log);

    /// <summary>Plays it to its end, with a number of troubles on the way.</summary>
    public void Play(int troubles)
    {
        _minWorkers = 1 + Random.Next(4);
        _stays = Random.Next(4) == 0;
        var hasStandby = Random.Next(2) == 0;
        var order = _stays ? null : NextOrder();
        Coordinator = new SimulatedCoordinator(this, order, hasStandby, ClockBase());
        if (_stays)
        {
            _toCome = 1 + Random.Next(3);
            OrderNext();
        }

        for (var i = 0; i < 4; i++)
        {
            In(TimeSpan.FromMilliseconds(Random.Next(800)), Join);
        }

        for (var i = 0; i < troubles; i++)
        {
            In(TimeSpan.FromSeconds(Random.NextDouble() * 26 * _toCome), () => MakeTrouble(hasStandby));
        }

        var longest = LongestRun * _toCome;
        while (_agenda.TryDequeue(out var action, out var due) && !IsOver)
        {
            Now = due.Item1;
            action();
            Assert.True(Now < longest, $"the run does not end: {Describe()}");
        }
    }

    // The runs have ended and every worker has gone, or there is no coordinator any more and each has saved what it had.
    private bool IsOver => Workers.Count > 0 && Workers.All(worker => !worker.IsAlive) && (_toCome == 0 || Coordinator is null);

    public void At(TimeSpan time, Action action) => _agenda.Enqueue(action, (time, _order++));

    public void In(TimeSpan delay, Action action) => At(Now + delay, action);

    public void Log(string sentence) => _log.Add($"{Now.TotalSeconds:0.00} {sentence}");

    public void Begun(string runId, long arrival)
    {
        if (!_begun.TryGetValue(runId, out var begun))
        {
            _begun[runId] = begun = [];
        }

        if (!begun.Add(arrival))
        {
            Twice.Add((runId, arrival));
        }
    }

    public void Ended(RunEnding ending, RunRecord? record)
    {
        Log($"ended: {ending}");
        Endings.Add((ending, record));
        _toCome--;
        if (_toCome > 0)
        {
            OrderNext();
        }
        else if (_stays)
        {
            In(TimeSpan.FromSeconds(Random.NextDouble()), () => Coordinator?.Die());
        }
    }

    /// <summary>Says something to the coordinator that there is when it arrives.</summary>
    public void Send(SimulatedWorker from, ToCoordinator message)
    {
        Deliver(() =>
        {
            if (from.CutOffUntil <= Now && Coordinator is { } coordinator)
            {
                Tell(from.Id, "says", message);
                coordinator.Hear(message);
            }
        });
    }

    public void Send(string workerId, ToWorker message)
    {
        var worker = Workers.FirstOrDefault(each => each.Id == workerId);
        Deliver(() =>
        {
            if (worker?.CutOffUntil <= Now)
            {
                Tell(workerId, "hears", message);
                worker.Hear(message);
            }
        });
    }

    private void Tell(string worker, string verb, object message)
    {
        if (TellsMessages)
        {
            Log($"{worker} {verb} {(message is ToWorker.AssignWork or ToWorker.Release or ToWorker.BeatAnswered or ToCoordinator.Beat or ToCoordinator.AssignmentTaken ? message : message.GetType().Name)}");
        }
    }

    private string Describe()
    {
        var run = Coordinator?.State.Run;
        var known = run?.Workers.Values.Select(worker => $"  {worker.Id} {worker.Stage} v{worker.Version} r{worker.LastReport} {worker.Books}{(worker.IsLeaving ? " leaving" : "")}{(worker.IsDone ? " done" : "")}{(worker.IsSettled ? " settled" : "")}") ?? [];
        var alive = Workers.Where(worker => worker.IsAlive).Select(worker => worker.State.Mode is WorkerMode.Loading { Load: var load }
            ? $"  {worker.Id} term {worker.State.Term} {load.Offer.RunId} {load.Course} assignment {load.Assignment.Term}.{load.Assignment.Version} drained {load.IsDrained} report {load.LastReport} acknowledged {load.IsAcknowledged} final {load.IsFinal}"
            : $"  {worker.Id} term {worker.State.Term} {worker.State.Mode.GetType().Name} {worker.State.Mode.Run?.RunId}");
        return $"{Coordinator?.State.Mode.GetType().Name} term {Coordinator?.State.Term} {run?.RunId} {run?.Stage} pending {run?.Pending} assignment {run?.Assignment?.Term}.{run?.Assignment?.Version}\n{string.Join('\n', known)}\nalive:\n{string.Join('\n', alive)}";
    }

    // Most messages arrive soon, some late, some twice, and some never.
    private void Deliver(Action message)
    {
        for (var copies = Random.Next(30) == 0 ? 2 : 1; copies > 0; copies--)
        {
            if (_loss == 0 || Random.Next(_loss) != 0)
            {
                In(TimeSpan.FromMilliseconds(Random.Next(10) == 0 ? Random.Next(1500) : Random.Next(100)), message);
            }
        }
    }

    private RunOrder NextOrder() => new($"run-{++Ordered}", Plan, _minWorkers, TimeSpan.FromSeconds(20)) { Lease = Lease };

    private void OrderNext() => In(TimeSpan.FromSeconds(Random.NextDouble()), () =>
    {
        if (Coordinator is { IsAlive: true, State.Stays: true } coordinator)
        {
            coordinator.Order(NextOrder());
        }
    });

    private TimeSpan ClockBase() => TimeSpan.FromSeconds(Random.Next(100_000));

    private void Join() => Workers.Add(new SimulatedWorker(this, $"worker-{Workers.Count:00}", 1 + (Random.Next(4) == 0 ? Random.Next(16) : Random.Next(3)), ClockBase()));

    private void MakeTrouble(bool hasStandby)
    {
        var present = Workers.Where(worker => worker.IsAlive).ToList();
        if (present.Count == 0)
        {
            return;
        }

        var victim = present[Random.Next(present.Count)];
        switch (Random.Next(12))
        {
            case 0 or 1 when present.Count > 1:
                Log($"{victim.Id} dies");
                victim.Die();
                if (Random.Next(2) == 0)
                {
                    // Its machine says that the process is gone.
                    In(TimeSpan.FromSeconds(1 + Random.NextDouble()), () => Coordinator?.Lose(victim.Id));
                }

                break;
            case 2 or 3:
                Log("a worker joins");
                Join();
                break;
            case 4 or 5 when present.Count > 1:
                Log($"{victim.Id} leaves");
                victim.Leave();
                break;
            case 6 or 7:
                Log($"{victim.Id} pauses");
                victim.PauseUntil(Now + TimeSpan.FromSeconds(Random.NextDouble() * 12));
                break;
            case 8:
                Log("stopped");
                Coordinator?.Stop("stopped by a person");
                break;
            case 9 or 10 when Coordinator is { IsAlive: true } coordinator:
                LoseCoordinator(coordinator, hasStandby);
                break;
            default:
                Log($"{victim.Id} is cut off");
                victim.CutOffUntil = Now + TimeSpan.FromSeconds(Random.NextDouble() * 12);
                break;
        }
    }

    // A standby takes over after it has noticed; one that is started again at the same address has the same order under another
    // name, or none if it stays; and sometimes none comes.
    private void LoseCoordinator(SimulatedCoordinator coordinator, bool hasStandby)
    {
        Log("the coordinator dies");
        coordinator.Die();
        if (_toCome == 0)
        {
            return;
        }

        Coordinator = Random.Next(6) == 0 && !hasStandby ? null : coordinator;
        if (Coordinator is null)
        {
            return;
        }

        // A standby ends with the run that it took over.
        _stays &= !hasStandby;
        _toCome = _stays ? _toCome : 1;
        var order = _stays ? null : new RunOrder($"run-{++Ordered}", Random.Next(3) == 0 && hasStandby ? null : Plan, 1, TimeSpan.FromSeconds(20))
        {
            Lease = Lease, TakesOver = hasStandby,
        };
        In(TimeSpan.FromSeconds(1 + (Random.NextDouble() * 8)), () =>
        {
            Log($"another coordinator starts, {order?.RunId ?? "stays"}{(order?.TakesOver == true ? ", a standby" : "")}{(order is { Plan: null } ? " without a plan" : "")}");
            Coordinator = new SimulatedCoordinator(this, order, hasStandby, ClockBase());
            OrderWhenIdle(Coordinator);
        });
    }

    // A run that no worker tells of is forgotten with a coordinator that stays; it is ordered again.
    private void OrderWhenIdle(SimulatedCoordinator coordinator) => In(TimeSpan.FromSeconds(8), () =>
    {
        switch (coordinator)
        {
            case { IsAlive: true, State: { Stays: true, Mode: CoordinatorMode.Idle } } when _toCome > 0:
                OrderNext();
                break;
            case { IsAlive: true, State: { Stays: true, Mode: CoordinatorMode.Recovering } }:
                OrderWhenIdle(coordinator);
                break;
        }
    });
}
