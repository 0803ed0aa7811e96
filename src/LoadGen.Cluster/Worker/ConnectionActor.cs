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
    private readonly RunClock _clock;
    private readonly IActorRef _tally;
    private readonly IActorRef _pump;
    private readonly CancellationToken _cancellation;
    private readonly CancellationToken _holding;
    private readonly ILoggingAdapter _log = Context.GetLogger();

    public ConnectionActor(IHandshakeEngine engine, RunClock clock, IActorRef tally, CancellationToken cancellation, CancellationToken holding)
    {
        _client = engine.CreateClient();
        _clock = clock;
        _tally = tally;
        _pump = Context.Parent;
        _cancellation = cancellation;
        _holding = holding;
        var self = Self;

        Receive<LoadMessages.BeginHandshake>(begin => _ = HandshakeAsync(begin.Arrival, self));
    }

    /// <param name="engine">Makes the client.</param>
    /// <param name="clock">The run's clock.</param>
    /// <param name="tally">Counts what ends.</param>
    /// <param name="cancellation">Ends a handshake at once.</param>
    /// <param name="holding">Ends the holding of connections, and lets handshakes end by themselves.</param>
    public static Props PropsFor(
        IHandshakeEngine engine, RunClock clock, IActorRef tally, CancellationToken cancellation, CancellationToken holding)
        => Props.Create(() => new ConnectionActor(engine, clock, tally, cancellation, holding));

    protected override void PostStop() => _client.Dispose();

    // Runs outside the actor: reads only what never changes, and tells the others, who take messages from anywhere. The pump
    // gives this connection its next arrival only after it was told that it is free, so there is one handshake at a time.
    // Clients turn every failure of network, server or cancellation into an outcome; what they throw is a bug of ours, which
    // must not leave a slot hanging.
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

        _tally.Tell(
            new LoadMessages.HandshakeEnded(
                new Sample(arrival.Index, arrival.Target, arrival.Profile, arrival.Planned, started, started + outcome.Elapsed, outcome)),
            ActorRefs.NoSender);
        await HoldAsync().ConfigureAwait(false);
        _pump.Tell(new LoadMessages.ConnectionFree(_clock.Now), self);
    }

    private async ValueTask HoldAsync()
    {
        try
        {
            if (await _client.HoldAsync(_holding).ConfigureAwait(false) is { } end)
            {
                _tally.Tell(new LoadMessages.HoldEnded(end), ActorRefs.NoSender);
            }
        }
        catch (Exception error)
        {
            _log.Error(error, "holding a connection failed");
        }
    }
}
