using Akka.Actor;
using LoadGen.Cluster.Coordinator;
using LoadGen.Core.Runs;

namespace LoadGen.Cluster.Nodes;

/// <summary>What the program tells its coordinator.</summary>
internal static class CoordinatorCommands
{
    /// <summary>End that run now; <see langword="null"/> for the one that there is.</summary>
    public sealed record StopRun(string? RunId, string Reason);

    /// <summary>This is the next run of a coordinator that stays.</summary>
    public sealed record BeginRun(RunOrder Order, IRunObserver Observer);

    /// <summary>There will be no more runs.</summary>
    public sealed record ReleaseWorkers;
}

/// <summary>A run in progress.</summary>
public sealed class RunHandle
{
    private readonly IActorRef _coordinator;

    internal RunHandle(IActorRef coordinator) => _coordinator = coordinator;

    /// <summary>Ends the run early: nothing starts any more, what is in progress may end, the result is partial.</summary>
    public void Stop(string reason) => _coordinator.Tell(new CoordinatorCommands.StopRun(null, reason), ActorRefs.NoSender);

    /// <summary>Ends one of the runs of a coordinator that stays; one that has not begun ends when it has its turn.</summary>
    public void Stop(string runId, string reason) => _coordinator.Tell(new CoordinatorCommands.StopRun(runId, reason), ActorRefs.NoSender);

    /// <summary>Gives a coordinator that stays its next run, which begins when the one before has ended.</summary>
    public void Begin(RunOrder order, IRunObserver observer) => _coordinator.Tell(new CoordinatorCommands.BeginRun(order, observer), ActorRefs.NoSender);

    /// <summary>Lets the workers of a coordinator that stays go: there will be no more runs.</summary>
    public void ReleaseWorkers() => _coordinator.Tell(new CoordinatorCommands.ReleaseWorkers(), ActorRefs.NoSender);
}

/// <summary>A worker on a node.</summary>
public sealed class WorkerHandle
{
    private readonly IActorRef _worker;

    internal WorkerHandle(IActorRef worker, Task<int> released)
    {
        _worker = worker;
        Released = released;
    }

    /// <summary>The exit code that it was released with, once nothing is expected of it any more.</summary>
    public Task<int> Released { get; }

    /// <summary>Lets it hand its share over to others, report what it has done, and be released.</summary>
    public void Leave() => _worker.Tell(new WorkerEvent.LeaveRequested(), ActorRefs.NoSender);
}
