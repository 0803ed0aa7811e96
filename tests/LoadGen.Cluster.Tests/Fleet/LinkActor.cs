using Akka.Actor;
using LoadGen.Cluster.Protocol;

namespace LoadGen.Cluster.Tests.Fleet;

/// <summary>
/// The coordinator's end of the connection to one worker: decodes what comes from it, and encodes what goes to it, as the
/// transport does. Ends with the worker, as the address of a remote one does.
/// </summary>
internal sealed class LinkActor : ReceiveActor
{
    public LinkActor(IActorRef coordinator, Props workerProps, FleetLog log)
    {
        var wire = new WireSerializer((ExtendedActorSystem)Context.System);
        var worker = Context.Watch(Context.ActorOf(workerProps));

        Receive<WireBytes>(message =>
        {
            log.Passed(message);
            coordinator.Tell(wire.FromBinary(message.Bytes, message.Manifest), Self);
        });
        Receive<ToWorker>(message =>
        {
            var bytes = new WireBytes(wire.Manifest(message), wire.ToBinary(message));
            log.Passed(bytes);
            worker.Tell(bytes);
        });
        Receive<FleetWorkerActor.Die>(worker.Forward);
        Receive<Terminated>(_ => Context.Stop(Self));
    }

    public static Props PropsFor(IActorRef coordinator, Props worker, FleetLog log)
        => Props.Create(() => new LinkActor(coordinator, worker, log)).WithDispatcher("loadgen.control-dispatcher");
}
