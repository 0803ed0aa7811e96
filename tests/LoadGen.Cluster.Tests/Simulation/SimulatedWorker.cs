using System.Collections.Immutable;
using LoadGen.Cluster.Protocol;
using LoadGen.Cluster.Tests.Worker;
using LoadGen.Cluster.Worker;
using LoadGen.Core.Generator;
using LoadGen.Core.Plans;
using LoadGen.Core.Runs;
using LoadGen.Core.Tallies;

namespace LoadGen.Cluster.Tests.Simulation;

/// <summary>
/// A worker in simulated time: the real <see cref="WorkerRun"/> and the real <see cref="ArrivalPump"/>, whose handshakes take a
/// little while and do nothing.
/// </summary>
internal sealed class SimulatedWorker
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly SimulatedCluster _cluster;
    private readonly TimeSpan _clockBase;
    private RunOffer? _run;
    private ArrivalPump? _pump;
    private TimeSpan _loadStart;
    private TimeSpan _nextSecond;
    private Tally? _tally;
    private long _reported;
    private int _inFlight;
    private bool _drained;
    private TimeSpan _pausedUntil;

    public SimulatedWorker(SimulatedCluster cluster, string id, int weight, TimeSpan clockBase)
    {
        _cluster = cluster;
        _clockBase = clockBase;
        State = new WorkerRun(new WorkerIdentity(id, "host", weight, Patience));
        Look();
    }

    public string Id => State.Self.Id;

    public WorkerRun State { get; private set; }

    /// <summary>Whether its process lives.</summary>
    public bool IsAlive { get; private set; } = true;

    /// <summary>Nothing reaches it, and nothing comes from it, before this.</summary>
    public TimeSpan CutOffUntil { get; set; }

    /// <summary>What ended here in each run, reported or not.</summary>
    public Dictionary<string, Books> Done { get; } = [];

    /// <summary>The runs of which it saved a partial result.</summary>
    public List<string> Saved { get; } = [];

    private TimeSpan Now => _cluster.Now + _clockBase;

    private TimeSpan Elapsed => Now - _loadStart;

    public void Die() => IsAlive = false;

    public void PauseUntil(TimeSpan time) => _pausedUntil = time;

    public void Leave() => _cluster.In(TimeSpan.Zero, () => Live(() => Apply(new WorkerEvent.LeaveRequested())));

    public void Hear(ToWorker message) => Live(() => Apply(message.ToEvent()));

    // A paused process does later what it had to do meanwhile, in the same order: arrivals first, since it knows nothing new yet.
    private void Live(Action action)
    {
        if (!IsAlive)
        {
            return;
        }

        if (_cluster.Now < _pausedUntil)
        {
            _cluster.At(_pausedUntil, () => Live(action));
            return;
        }

        Pump();
        action();
    }

    private void Look()
    {
        Live(() =>
        {
            Apply(new WorkerEvent.TimePassed());
            if (_run is not null && _pump is not null && Elapsed >= _nextSecond)
            {
                _nextSecond = TimeSpan.FromSeconds(Math.Floor(Elapsed.TotalSeconds) + 1);
                Apply(new WorkerEvent.SecondPassed(_run.RunId));
            }

            Pump();
        });
        if (IsAlive)
        {
            _cluster.In(WorkerRun.LookEvery, Look);
        }
    }

    private void Pump()
    {
        if (_pump is null)
        {
            return;
        }

        while (_pump.IsClosedLoad ? _pump.TryOpen(Elapsed, out var arrival) : _pump.TryTakeDue(Elapsed, out arrival))
        {
            if (_pump.IsClosedLoad || (!_pump.IsPast(arrival) && _inFlight < _pump.Connections))
            {
                Begin(arrival);
            }
            else
            {
                _tally!.RecordDropped(arrival.Planned, 0, 0);
                Count(new Books(1, 0, 0, 1, 0));
            }
        }

        TellIfDrained();
    }

    private void Begin(Arrival arrival)
    {
        _cluster.Begun(_run!.RunId, arrival.Index);
        _inFlight++;
        var (pump, tally, started) = (_pump, _tally, Elapsed);
        _cluster.In(TimeSpan.FromMilliseconds(_cluster.Random.Next(300)), () => Live(() =>
        {
            if (_pump != pump)
            {
                // Of a run that was dropped.
                return;
            }

            tally!.Record(new Sample(arrival.Index, 0, 0, arrival.Planned, started, started, FakeEngine.Completed));
            Count(new Books(1, 1, 0, 0, 0));
            _inFlight--;
            if (pump!.IsClosedLoad && pump.TryTakeNext(Elapsed, out var next))
            {
                Begin(next);
            }

            TellIfDrained();
        }));
    }

    private void Count(Books books) => Done[_run!.RunId] = Done.GetValueOrDefault(_run.RunId) + books;

    private void TellIfDrained()
    {
        if (_pump is not null && !_drained && _inFlight == 0 && _pump.TryFinish(Elapsed))
        {
            _drained = true;
            Apply(new WorkerEvent.Drained(_run!.RunId));
        }
    }

    private void Apply(WorkerEvent happened)
    {
        (State, ImmutableArray<WorkerEffect> effects) = State.Apply(happened, Now);
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
                var run = _run = prepare.Run;
                _cluster.In(TimeSpan.FromMilliseconds(_cluster.Random.Next(1000)), () => Live(() =>
                {
                    if (ReferenceEquals(_run, run))
                    {
                        Apply(new WorkerEvent.Prepared(run.RunId, "none"));
                    }
                }));
                break;
            case WorkerEffect.BeginLoad begin:
                _pump = new ArrivalPump(begin.Run.Plan);
                _pump.Update([], isCut: true);
                _loadStart = Now + begin.StartsIn;
                _nextSecond = TimeSpan.FromSeconds(1);
                (_tally, _reported, _inFlight, _drained) = (new Tally(1, 1), 0, 0, false);
                break;
            case WorkerEffect.Divide divide:
                var (reached, finished) = _pump!.Update(divide.Assignment.SlicesOf(_run!.Plan, Id), divide.Assignment.CutAt is not null);
                Apply(new WorkerEvent.Divided(_run.RunId, divide.Assignment.Term, divide.Assignment.Version, reached, finished));
                break;
            case WorkerEffect.Renew renew:
                _pump!.Renew(Elapsed + renew.Remaining, Elapsed);
                break;
            case WorkerEffect.StopLoad:
                _pump!.Stop();
                break;
            case WorkerEffect.MakeReport make:
                var (number, final, runId) = (make.Number, make.Final, _run!.RunId);
                _cluster.In(TimeSpan.FromMilliseconds(_cluster.Random.Next(20)), () => Live(() => Report(runId, number, final)));
                break;
            case WorkerEffect.DropRun:
                (_run, _pump) = (null, null);
                break;
            case WorkerEffect.SavePartial save:
                Saved.Add(save.Run.RunId);
                Apply(new WorkerEvent.PartialSaved(save.Run.RunId));
                break;
            case WorkerEffect.Release:
                IsAlive = false;
                break;
            case WorkerEffect.Warn:
                break;
            default:
                _cluster.Send(this, WorkerMessages.Of(effect, State));
                break;
        }
    }

    private void Report(string runId, long number, bool final)
    {
        if (_run?.RunId != runId || _pump is null)
        {
            return;
        }

        var usage = new GeneratorUsage(Id, 1, Elapsed, TimeSpan.Zero, TimeSpan.Zero);
        var report = new WorkerReport(number, number, _reported, _inFlight, usage, final, _tally!.Encode());
        _reported += _tally.Books.Scheduled;
        _tally.Reset();
        Apply(new WorkerEvent.ReportMade(runId, report));
    }
}
