using Akka.Actor;
using Akka.Cluster;
using LoadGen.Cluster.Nodes;
using LoadGen.Cluster.Protocol;
using AkkaCluster = Akka.Cluster.Cluster;

namespace LoadGen.Cluster.Coordinator;

/// <summary>Waits on a node whose coordinator has nothing to do, until the one that has the run says that it has ended.</summary>
internal sealed class StandbyActor : ReceiveActor
{
    /// <summary>Its name on every standby node.</summary>
    public const string Name = "standby";

    /// <param name="released">Called with the code that the process should exit with.</param>
    public StandbyActor(Action<int> released)
    {
        Receive<ToWorker.Release>(release => released(release.ExitCode));
    }

    public static Props PropsFor(Action<int> released) => Props.Create(() => new StandbyActor(released)).WithDispatcher("loadgen.control-dispatcher");
}

/// <summary>The coordinators that stand by for this one.</summary>
internal static class Standbys
{
    public static bool Exist(ActorSystem system) => Others(system).Any(member => member.Status is MemberStatus.Up or MemberStatus.WeaklyUp);

    /// <summary>Lets them go: the run has ended.</summary>
    public static void Release(IActorContext context, ToWorker.Release release)
    {
        foreach (var member in Others(context.System))
        {
            context.ActorSelection(new RootActorPath(member.Address) / "user" / StandbyActor.Name).Tell(release);
        }
    }

    private static IEnumerable<Member> Others(ActorSystem system)
    {
        var cluster = AkkaCluster.Get(system);
        return cluster.State.Members.Where(member => member.HasRole(NodeOptions.CoordinatorRole) && member.Address != cluster.SelfAddress);
    }
}
