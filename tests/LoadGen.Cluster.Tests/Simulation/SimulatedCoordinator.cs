using Akka.Actor;
using LoadGen.Cluster.Coordinator;
using LoadGen.Cluster.Protocol;
using LoadGen.Core.Plans;
using LoadGen.Core.Runs;
using LoadGen.Core.Tallies;

namespace LoadGen.Cluster.Tests.Simulation;

/// <summary>A coordinator in simulated time: the real <see cref="Conductor"/>, and with it all of a coordinator but its mailbox.</summary>
internal sealed class SimulatedCoordinator : IRunObserver, IConductorSurroundings
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan CheckpointEvery = TimeSpan.FromSeconds(5);

    private readonly SimulatedCluster _cluster;
    private readonly TimeSpan _clockBase;
    private readonly bool _hasStandby;
    private readonly Conductor _conductor;

    /// <param name="cluster">Where it is.</param>
    /// <param name="order">Its run; <see langword="null"/> for one that stays.</param>
    /// <param name="hasStandby">Whether checkpoints are made.</param>
    /// <param name="clockBase">What its clock shows at the start.</param>
    public SimulatedCoordinator(SimulatedCluster cluster, RunOrder? order, bool hasStandby, TimeSpan clockBase)
    {
        _cluster = cluster;
        _clockBase = clockBase;
        _hasStandby = hasStandby;
        _conductor = new Conductor(CoordinatorState.Waiting(1 + (int)cluster.Now.TotalSeconds), this);
        if (order is not null)
        {
            _conductor.Begin(order);
        }

        cluster.In(LookEvery, Look);
        cluster.In(CheckpointEvery, Checkpoint);
    }

    public CoordinatorState State => _conductor.State;

    public bool IsAlive { get; private set; } = true;

    TimeSpan IConductorSurroundings.Now => _cluster.Now + _clockBase;

    DateTimeOffset IConductorSurroundings.UtcNow => DateTimeOffset.UnixEpoch + _cluster.Now;

    bool IConductorSurroundings.HasStandby => _hasStandby;

    public void Die() => IsAlive = false;

    public void Order(RunOrder order) => Apply(new RunEvent.RunOrdered(order));

    public void Stop(string reason) => Apply(new RunEvent.StopRequested(reason));

    /// <summary>The machine of a worker says that its process is gone.</summary>
    public void Lose(string workerId) => Apply(new RunEvent.WorkerLost(workerId));

    public void Hear(ToCoordinator message)
    {
        if (IsAlive)
        {
            _conductor.Hear(message);
        }
    }

    ConductedRun IConductorSurroundings.Make(string runId) => new(this, new NoTimers());

    void IConductorSurroundings.Tell(string workerId, ToWorker message) => _cluster.Send(workerId, message);

    void IConductorSurroundings.Warn(string sentence) => _cluster.Log(sentence);

    void IConductorSurroundings.RunEnded(ConductedRun run, RunEnding ending)
    {
    }

    void IRunObserver.Progressed(RunProgress progress)
    {
    }

    void IRunObserver.Ended(RunEnding ending, RunRecord? record) => _cluster.Ended(ending, record);

    void IRunObserver.WorkersLeft()
    {
    }

    private void Apply(RunEvent happened)
    {
        if (IsAlive)
        {
            _conductor.Apply(happened);
        }
    }

    private void Look()
    {
        if (IsAlive)
        {
            _conductor.Apply(new RunEvent.TimePassed());
            _cluster.In(LookEvery, Look);
        }
    }

    private void Checkpoint()
    {
        if (IsAlive)
        {
            _conductor.Checkpoint();
            _cluster.In(CheckpointEvery, Checkpoint);
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
