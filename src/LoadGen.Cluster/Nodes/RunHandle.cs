using Akka.Actor;
using LoadGen.Cluster.Coordinator;

namespace LoadGen.Cluster.Nodes;

/// <summary>A run under way.</summary>
public sealed class RunHandle
{
    private readonly IActorRef _coordinator;

    internal RunHandle(IActorRef coordinator) => _coordinator = coordinator;

    /// <summary>Ends the run early: nothing starts any more, what is under way may end, the result is partial.</summary>
    public void Stop(string reason) => _coordinator.Tell(new CoordinatorActor.StopRequested(reason), ActorRefs.NoSender);

    /// <summary>Gives a coordinator that stays its next run. Only when the one before is over.</summary>
    public void Begin(RunOrder order, IRunObserver observer) => _coordinator.Tell(new CoordinatorActor.BeginRun(order, observer), ActorRefs.NoSender);

    /// <summary>Lets the workers of a coordinator that stays go: there will be no more runs.</summary>
    public void ReleaseWorkers() => _coordinator.Tell(new CoordinatorActor.ReleaseWorkers(), ActorRefs.NoSender);
}
