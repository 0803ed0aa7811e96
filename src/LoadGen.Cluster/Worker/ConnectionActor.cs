using Akka.Actor;
using LoadGen.Core.Handshakes;
using LoadGen.Core.Tallies;
using Failure = LoadGen.Core.Handshakes.Failure;

namespace LoadGen.Cluster.Worker;

/// <summary>One connection slot: runs handshakes one after another and keeps its client, with its buffers, for all of them.</summary>
internal sealed class ConnectionActor : ReceiveActor
{
    private readonly IHandshakeClient _client;
    private readonly RunClock _clock;
    private readonly CancellationToken _cancellation;

    public ConnectionActor(IHandshakeEngine engine, RunClock clock, IActorRef tally, CancellationToken cancellation)
    {
        _client = engine.CreateClient();
        _clock = clock;
        _cancellation = cancellation;
        var pump = Context.Parent;
        var self = Self;

        Receive<LoadMessages.BeginHandshake>(begin => _ = HandshakeAsync(begin.Arrival, self));
        Receive<LoadMessages.HandshakeEnded>(ended =>
        {
            tally.Tell(ended, ActorRefs.NoSender);
            pump.Tell(new LoadMessages.ConnectionFree(_clock.Now), self);
        });
    }

    public static Props PropsFor(IHandshakeEngine engine, RunClock clock, IActorRef tally, CancellationToken cancellation)
        => Props.Create(() => new ConnectionActor(engine, clock, tally, cancellation));

    protected override void PostStop() => _client.Dispose();

    // Runs outside the actor: reads only what never changes, and comes back as a message. Clients turn every failure of
    // network, server or cancellation into an outcome; what they throw is a bug of ours, which must not leave a slot hanging.
    private async Task HandshakeAsync(Arrival arrival, IActorRef self)
    {
        var started = _clock.Now;
        Outcome outcome;
        try
        {
            outcome = await _client.HandshakeAsync(arrival.Target, arrival.Profile, _cancellation).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            outcome = Outcome.Failed(
                new Failure(FailureKind.InternalError, Phase.TcpConnect, FaultSide.Generator, null, $"{error.GetType().Name}: {error.Message}"),
                _clock.Now - started,
                default);
        }

        self.Tell(
            new LoadMessages.HandshakeEnded(
                new Sample(arrival.Index, arrival.Target, arrival.Profile, arrival.Planned, started, started + outcome.Elapsed, outcome)),
            ActorRefs.NoSender);
    }
}
