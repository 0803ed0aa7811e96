using Akka.Actor;
using LoadGen.Cluster.Coordinator;
using LoadGen.Cluster.Protocol;
using LoadGen.Core.Plans;
using LoadGen.Core.Runs;
using LoadGen.Core.Tallies;

namespace LoadGen.Cluster.Tests.Simulation;

/// <summary>A coordinator in simulated time: the real <see cref="CoordinatorState"/> and the real <see cref="ConductedRun"/>.</summary>
internal sealed class SimulatedCoordinator : IRunObserver
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan CheckpointEvery = TimeSpan.FromSeconds(5);

    private readonly SimulatedCluster _cluster;
    private readonly TimeSpan _clockBase;
    private readonly bool _hasStandby;
    private ConductedRun? _run;

    /// <param name="cluster">Where it is.</param>
    /// <param name="order">Its run; <see langword="null"/> for one that stays.</param>
    /// <param name="hasStandby">Whether checkpoints are made.</param>
    /// <param name="clockBase">What its clock shows at the start.</param>
    public SimulatedCoordinator(SimulatedCluster cluster, RunOrder? order, bool hasStandby, TimeSpan clockBase)
    {
        _cluster = cluster;
        _clockBase = clockBase;
        _hasStandby = hasStandby;
        var term = 1 + (int)cluster.Now.TotalSeconds;
        State = CoordinatorState.Waiting(term);
        if (order is not null)
        {
            _run = NewRun();
            (State, var effects) = CoordinatorState.Of(order, term, Now);
            CarryOut(effects);
        }

        cluster.In(LookEvery, Look);
        cluster.In(CheckpointEvery, Checkpoint);
    }

    public CoordinatorState State { get; private set; }

    public bool IsAlive { get; private set; } = true;

    private TimeSpan Now => _cluster.Now + _clockBase;

    public void Die() => IsAlive = false;

    public void Order(RunOrder order) => Apply(new RunEvent.RunOrdered(order));

    public void Stop(string reason) => Apply(new RunEvent.StopRequested(reason));

    /// <summary>The machine of a worker says that its process is gone.</summary>
    public void Lose(string workerId) => Apply(new RunEvent.WorkerLost(workerId));

    public void Hear(ToCoordinator message)
    {
        if (IsAlive && message.ToEvent(State.Run) is { } happened)
        {
            Apply(happened, message.RunId.Length > 0 ? message.RunId : null);
        }
    }

    void IRunObserver.Progressed(RunProgress progress)
    {
    }

    void IRunObserver.Ended(RunEnding ending, RunRecord? record) => _cluster.Ended(ending, record);

    void IRunObserver.WorkersLeft()
    {
    }

    private void Look()
    {
        Apply(new RunEvent.TimePassed());
        if (IsAlive)
        {
            _cluster.In(LookEvery, Look);
        }
    }

    private void Checkpoint()
    {
        if (!IsAlive)
        {
            return;
        }

        _run?.UseCheckpoints(_hasStandby);
        if (_run?.MakeCheckpoint(State.Run) is { } made)
        {
            foreach (var holder in made.Holders)
            {
                _cluster.Send(this, holder, new ToWorker.HoldCheckpoint(State.Run!.RunId, State.Term, made.Checkpoint));
            }
        }

        _cluster.In(CheckpointEvery, Checkpoint);
    }

    private void Apply(RunEvent happened, string? runId = null)
    {
        if (IsAlive)
        {
            (State, var effects) = State.Apply(happened, runId, Now);
            CarryOut(effects);
        }
    }

    private ConductedRun NewRun() => new(this, new NoTimers());

    private void CarryOut(IEnumerable<RunEffect> effects)
    {
        foreach (var effect in effects)
        {
            switch (effect)
            {
                case RunEffect.Begin begin:
                    _run = NewRun();
                    _run.Begin(begin.Run);
                    break;
                case RunEffect.GoOn goOn:
                    _run = NewRun();
                    _run.GoOn(goOn.Run);
                    break;
                case RunEffect.Start:
                    _run!.Start(TimeSpan.Zero, DateTimeOffset.UnixEpoch);
                    break;
                case RunEffect.Merge merge:
                    _run!.Merge(merge.Part);
                    break;
                case RunEffect.CountLost lost:
                    _run!.CountLost(lost.Arrivals);
                    break;
                case RunEffect.KeepCheckpoint held:
                    _run!.Checkpoints.Held(held.WorkerId, held.Version);
                    break;
                case RunEffect.End end:
                    _run!.End(end.Run, end.Ending);
                    _run = null;
                    break;
                case RunEffect.Warn warn:
                    _cluster.Log(warn.Sentence);
                    break;
                default:
                    var (worker, message) = CoordinatorMessages.Of(effect, State, _run, Now);
                    _cluster.Send(this, worker, message);
                    break;
            }
        }
    }

    private sealed class NoTimers : ITimerScheduler
    {
        public void StartPeriodicTimer(object key, object msg, TimeSpan interval)
        {
        }

        public void StartPeriodicTimer(object key, object msg, TimeSpan interval, IActorRef sender)
        {
        }

        public void StartPeriodicTimer(object key, object msg, TimeSpan initialDelay, TimeSpan interval)
        {
        }

        public void StartPeriodicTimer(object key, object msg, TimeSpan initialDelay, TimeSpan interval, IActorRef sender)
        {
        }

        public void StartSingleTimer(object key, object msg, TimeSpan timeout)
        {
        }

        public void StartSingleTimer(object key, object msg, TimeSpan timeout, IActorRef sender)
        {
        }

        public bool IsTimerActive(object key) => false;

        public void Cancel(object key)
        {
        }

        public void CancelAll()
        {
        }

        public IReadOnlyCollection<object> ActiveTimers => [];
    }
}
