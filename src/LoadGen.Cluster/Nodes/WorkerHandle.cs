using Akka.Actor;
using LoadGen.Core.Runs;

namespace LoadGen.Cluster.Nodes;

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
