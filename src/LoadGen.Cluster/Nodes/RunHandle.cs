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
}
