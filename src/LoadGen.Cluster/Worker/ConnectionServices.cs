using System.Collections.Concurrent;
using Akka.Actor;
using LoadGen.Core.Tallies;

namespace LoadGen.Cluster.Worker;

/// <summary>What all connections of a worker share.</summary>
internal sealed record ConnectionServices
{
    /// <summary>The run's clock.</summary>
    public required RunClock Clock { get; init; }

    /// <summary>Where samples go. The tally takes them from there in its own time, so that no handshake wakes it.</summary>
    public required ConcurrentQueue<Sample> Samples { get; init; }

    /// <summary>Counts what is not a sample.</summary>
    public required IActorRef Tally { get; init; }

    /// <summary>Is told of arrivals that connections take by themselves.</summary>
    public required IWorkerObserver Observer { get; init; }

    /// <summary>The arrivals of a closed load; <see langword="null"/> in an open one.</summary>
    public ArrivalPump? ClosedLoad { get; init; }

    /// <summary>Ends handshakes at once.</summary>
    public required CancellationToken Cancellation { get; init; }

    /// <summary>Ends the holding of connections, and lets handshakes end by themselves.</summary>
    public required CancellationToken Holding { get; init; }
}
