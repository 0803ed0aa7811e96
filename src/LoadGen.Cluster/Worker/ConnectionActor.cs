using Akka.Actor;
using Akka.Event;
using LoadGen.Core.Handshakes;
using LoadGen.Core.Tallies;
using Failure = LoadGen.Core.Handshakes.Failure;

namespace LoadGen.Cluster.Worker;

/// <summary>One connection slot: runs handshakes one after another and keeps its client, with its buffers, for all of them.</summary>
internal sealed class ConnectionActor : ReceiveActor
{
    private readonly IHandshakeClient _client;
    private readonly ConnectionServices _services;
    private readonly IActorRef _pump;
    private readonly ILoggingAdapter _log = Context.GetLogger();

    public ConnectionActor(IHandshakeEngine engine, ConnectionServices services)
    {
        _client = engine.CreateClient();
        _services = services;
        _pump = Context.Parent;
        var self = Self;

        Receive<LoadMessages.BeginHandshake>(begin => _ = RunAsync(begin.Arrival, self));
    }

    /// <param name="engine">Makes the client.</param>
    /// <param name="services">What all connections of a worker share.</param>
    public static Props PropsFor(IHandshakeEngine engine, ConnectionServices services) => Props.Create(() => new ConnectionActor(engine, services));

    protected override void PostStop() => _client.Dispose();

    // Runs outside the actor: reads only what never changes, and tells the others, who take messages from anywhere. The pump
    // gives this connection an arrival only after it was told that it is free, so there is one handshake at a time. In a closed
    // load the connection takes its next arrivals by itself: two messages less for each.
    private async Task RunAsync(Arrival arrival, IActorRef self)
    {
        await HandshakeAsync(arrival).ConfigureAwait(false);
        while (!_services.Cancellation.IsCancellationRequested && _services.ClosedLoad?.TryTakeNext(_services.Clock.Now, out arrival) == true)
        {
            _services.Observer.Arrived(arrival.Target, arrival.Profile);
            await HandshakeAsync(arrival).ConfigureAwait(false);
        }

        _pump.Tell(new LoadMessages.ConnectionFree(), self);
    }

    private async ValueTask HandshakeAsync(Arrival arrival)
    {
        var started = _services.Clock.Now;
        Outcome outcome;
        try
        {
            outcome = await _client.HandshakeAsync(arrival.Target, arrival.Profile, _services.Cancellation).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            // Clients turn every failure of network, server or cancellation into an outcome; what they throw is a bug of ours,
            // which must not leave a slot hanging.
            outcome = Outcome.Failed(
                new Failure(FailureKind.InternalError, Phase.TcpConnect, FaultSide.Generator, null, $"{error.GetType().Name}: {error.Message}"),
                _services.Clock.Now - started,
                default);
        }

        _services.Samples.Enqueue(
            new Sample(arrival.Index, arrival.Target, arrival.Profile, arrival.Planned, started, started + outcome.Elapsed, outcome));
        await HoldAsync().ConfigureAwait(false);
    }

    private async ValueTask HoldAsync()
    {
        try
        {
            if (await _client.HoldAsync(_services.Holding).ConfigureAwait(false) is { } end)
            {
                _services.Tally.Tell(new LoadMessages.HoldEnded(end), ActorRefs.NoSender);
            }
        }
        catch (Exception error)
        {
            _log.Error(error, "holding a connection failed");
        }
    }
}
