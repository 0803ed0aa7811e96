using Akka.Actor;
using LoadGen.Cluster.Protocol;

namespace LoadGen.Cluster.Coordinator;

/// <summary>Waits on a node whose coordinator has nothing to do, until the one that has the run says that it is over.</summary>
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
