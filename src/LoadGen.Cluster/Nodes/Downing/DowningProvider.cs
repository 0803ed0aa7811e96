using Akka.Actor;
using Akka.Cluster;

namespace LoadGen.Cluster.Nodes.Downing;

/// <summary>Lets <see cref="DowningActor"/> decide about unreachable nodes; named in the actor system's configuration.</summary>
/// <param name="system">The node's actor system.</param>
/// <param name="cluster">Not used: the actor finds it itself.</param>
internal sealed class DowningProvider(ActorSystem system, Akka.Cluster.Cluster cluster) : IDowningProvider
{
    /// <summary>A coordinator that was downed may live a moment longer; its successor waits for so long.</summary>
    public TimeSpan DownRemovalMargin { get; } = TimeSpan.FromSeconds(1);

    public Props DowningActorProps { get; } = DowningActor.PropsFor(
        system.Settings.Config.GetTimeSpan("loadgen.downing.stable-after"),
        system.Settings.Config.GetTimeSpan("loadgen.downing.lease"));

    /// <summary>The cluster that it was made for.</summary>
    public Akka.Cluster.Cluster Cluster { get; } = cluster;
}
