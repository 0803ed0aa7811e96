using LoadGen.Cluster.Worker;
using LoadGen.Core.Plans;
using LoadGen.Core.Runs;
using LoadGen.Core.Slices;
using LoadGen.Core.Tallies;

namespace LoadGen.Cluster.Tests.Coordinator;

/// <summary>A worker in simulated time, whose handshakes take none.</summary>
internal sealed class SimulatedWorker(string id, Plan plan, TimeSpan lease, List<long> begun)
{
    private static readonly TimeSpan BeatEvery = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan ReportEvery = TimeSpan.FromSeconds(1);
    private static readonly GeneratorUsage Usage = new("host:1", 1, TimeSpan.Zero, TimeSpan.Zero, TimeSpan.Zero);

    private readonly ArrivalPump _pump = new(plan);
    private readonly Queue<Action> _inbox = new();
    private readonly Dictionary<RunEvent, TimeSpan> _beats = new(ReferenceEqualityComparer.Instance);
    private TimeSpan _pausedUntil;
    private TimeSpan _nextBeat;
    private TimeSpan _nextReport;
    private TimeSpan? _loadStart;
    private TimeSpan _lastAnswered;
    private int _version;
    private long _number;
    private Books _ended;
    private RunEvent.ReportReceived? _onItsWay;
    private bool _finished;

    public string Id { get; } = id;

    public int Weight { get; init; } = 1;

    public Action<RunEvent> Send { get; set; } = _ => { };

    public bool IsAlive { get; private set; } = true;

    /// <summary>Nothing reaches it, and nothing comes from it, before this.</summary>
    public TimeSpan CutOffUntil { get; set; }

    /// <summary>What ended here, reported or not.</summary>
    public Books Done { get; private set; }

    public void Die() => IsAlive = false;

    public void PauseUntil(TimeSpan time) => _pausedUntil = time;

    /// <summary>When a beat was sent.</summary>
    public TimeSpan SentOf(RunEvent.WorkerHeard beat) => _beats[beat];

    public void Receive(Action message) => _inbox.Enqueue(message);

    public void BeatAnswered(TimeSpan sent, TimeSpan now)
    {
        _lastAnswered = sent > _lastAnswered ? sent : _lastAnswered;
        if (_loadStart is { } start)
        {
            _pump.Renew(_lastAnswered + lease - start, now - start);
        }
    }

    public void Take(Assignment assignment, TimeSpan loadStart)
    {
        if (assignment.Version < _version)
        {
            return;
        }

        _version = assignment.Version;
        _loadStart = loadStart;
        _pump.Renew(_lastAnswered + lease - loadStart, TimeSpan.MinValue);
        var (reached, finished) = _pump.Update(assignment.SlicesOf(plan, Id), assignment.CutAt is not null);
        Send(new RunEvent.AssignmentTaken(Id, _version, reached, finished));
    }

    public void Acknowledged(long number)
    {
        if (_onItsWay?.Number == number)
        {
            _onItsWay = null;
        }
    }

    public void Stop() => _pump.Stop();

    /// <summary>What it does at a moment, if it is neither dead nor paused.</summary>
    public void Live(TimeSpan now)
    {
        if (!IsAlive || now < _pausedUntil)
        {
            return;
        }

        // Arrivals before messages: a worker that wakes up knows nothing new yet, and must not begin what is not its own.
        Begin(now);
        while (_inbox.TryDequeue(out var message))
        {
            message();
        }

        Begin(now);
        if (now >= _nextBeat)
        {
            _nextBeat = now + BeatEvery;
            var beat = new RunEvent.WorkerHeard(Id, _version);
            _beats[beat] = now;
            Send(beat);
        }

        Report(now);
    }

    private void Begin(TimeSpan now)
    {
        if (_loadStart is not { } start || _finished)
        {
            return;
        }

        while (_pump.TryTakeDue(now - start, out var arrival))
        {
            var dropped = _pump.IsPast(arrival);
            begun.Add(arrival.Index);
            var ended = dropped ? new Books(1, 0, 0, 1, 0) : new Books(1, 1, 0, 0, 0);
            _ended += ended;
            Done += ended;
        }
    }

    private void Report(TimeSpan now)
    {
        if (_loadStart is not { } start || now < _nextReport)
        {
            return;
        }

        _nextReport = now + ReportEvery;
        if (_onItsWay is null && !_finished)
        {
            _finished = _pump.TryFinish(now - start);
            _onItsWay = new RunEvent.ReportReceived(Id, ++_number, _ended, 0, Usage, _finished);
            _ended = default;
        }

        if (_onItsWay is { } report)
        {
            Send(report);
        }
    }
}
