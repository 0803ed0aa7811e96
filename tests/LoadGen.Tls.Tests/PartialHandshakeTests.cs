using System.Net;
using LoadGen.Core.Handshakes;
using LoadGen.Core.Plans;
using LoadGen.TestServers.Certificates;
using LoadGen.TestServers.Servers;

namespace LoadGen.Tls.Tests;

/// <summary>Handshakes that are stopped on purpose, or sent slowly: what passes on the wire, and what is told of the server.</summary>
public sealed class PartialHandshakeTests(TestAuthority authority) : IClassFixture<TestAuthority>
{
    private const byte ChangeCipherSpec = 20;
    private const byte Handshake = 22;

    private static readonly TimeSpan Long = TimeSpan.FromMinutes(10);

    public static TheoryData<string> EnginesThatStop => [.. Engines.Capabilities.Where(each => each.Value.Features.Contains(EngineFeature.PartialHandshakes)).Select(each => each.Key)];

    public static TheoryData<string, TlsVersion, StopAfter, byte[]> Points => new(
        from engine in EnginesThatStop
        from version in (TlsVersion[])[TlsVersion.Tls12, TlsVersion.Tls13]
        where Engines.Capabilities[engine.Data].TlsVersions.Contains(version)
        from point in ((StopAfter, byte[])[])
        [
            (StopAfter.Connect, []),
            (StopAfter.ClientHello, [Handshake]),
            (StopAfter.ServerFlight, [Handshake]),
            // ClientKeyExchange in TLS 1.2, and what middleboxes are to see in TLS 1.3; Finished would be one record more.
            (StopAfter.BeforeFinished, version == TlsVersion.Tls12 ? [Handshake, Handshake, ChangeCipherSpec] : [Handshake, ChangeCipherSpec]),
        ]
        select (engine.Data, version, point.Item1, point.Item2));

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Points))]
    public async Task A_stopped_handshake_sends_what_comes_before_its_point_and_nothing_after_it(string engine, TlsVersion version, StopAfter point, byte[] records)
    {
        await using var server = await OpensslServer.StartAsync(authority.Good(), cancellation: Cancellation);
        await using var relay = Relay.To(server.EndPoint);

        using var slot = Create(engine, relay.EndPoint, new Profile { Name = "p", TlsVersions = [version], StopAfter = point, Hold = TimeSpan.FromMilliseconds(20) });
        var outcome = await slot.Client.HandshakeAsync(0, 0, Cancellation);
        var held = await slot.Client.HoldAsync(Cancellation);

        Assert.Equal((true, false, null, point), (outcome.IsPartial, outcome.IsCompleted, outcome.Failure, outcome.StoppedAfter));
        Assert.Equal(point >= StopAfter.ServerFlight, outcome.Certificate is not null);
        Assert.Equal((HoldEnd.Kept, point), (held?.End, held?.StoppedAfter));
        Assert.True((await relay.Closed.WaitAsync(Cancellation)).Reset);
        Assert.Equal(records, TypesOf([.. relay.Passed.Where(part => part.FromClient).SelectMany(part => part.Bytes)]));
    }

    [Theory]
    [MemberData(nameof(EnginesThatStop))]
    public async Task What_the_server_does_with_the_connection_is_told_with_its_time(string engine)
    {
        await using var closes = ScriptedServer.ClosesAfterClientHello();
        await using var resets = ScriptedServer.ResetsAfterClientHello();
        var profile = new Profile { Name = "p", StopAfter = StopAfter.ClientHello, Hold = Long };

        foreach (var (server, end) in ((ScriptedServer, HoldEnd)[])[(closes, HoldEnd.Closed), (resets, HoldEnd.Reset)])
        {
            using var slot = Create(engine, server.EndPoint, profile);
            Assert.True((await slot.Client.HandshakeAsync(0, 0, Cancellation)).IsPartial);
            var held = await slot.Client.HoldAsync(Cancellation);

            Assert.Equal(end, held?.End);
            Assert.InRange(held!.Value.After, TimeSpan.Zero, Long / 2);
        }
    }

    [Theory]
    [MemberData(nameof(EnginesThatStop))]
    public async Task A_connection_that_is_held_is_released_when_the_run_ends(string engine)
    {
        await using var server = ScriptedServer.Silent();
        using var slot = Create(engine, server.EndPoint, new Profile { Name = "p", StopAfter = StopAfter.Connect, Hold = Long });
        using var stop = new CancellationTokenSource();
        Assert.True((await slot.Client.HandshakeAsync(0, 0, Cancellation)).IsPartial);

        var holding = slot.Client.HoldAsync(stop.Token).AsTask();
        await stop.CancelAsync();

        Assert.Equal(HoldEnd.Kept, (await holding)?.End);
    }

    [Theory]
    [MemberData(nameof(EnginesThatStop))]
    public async Task A_handshake_that_does_not_come_to_its_point_has_failed(string engine)
    {
        await using var server = ScriptedServer.Alerts(40);
        using var slot = Create(engine, server.EndPoint, new Profile { Name = "p", StopAfter = StopAfter.ServerFlight, Hold = Long });

        var outcome = await slot.Client.HandshakeAsync(0, 0, Cancellation);

        Assert.Equal((FailureKind.AlertReceived, false), (outcome.Failure?.Kind, outcome.IsPartial));
        Assert.Null(await slot.Client.HoldAsync(Cancellation));
    }

    [Theory]
    [MemberData(nameof(EnginesThatStop))]
    public async Task A_trickled_handshake_completes_in_its_own_time(string engine)
    {
        await using var server = await OpensslServer.StartAsync(authority.Good(), cancellation: Cancellation);
        var pause = TimeSpan.FromMilliseconds(1);
        using var slot = Create(engine, server.EndPoint, new Profile { Name = "p", Trickle = pause });

        var outcome = await slot.Client.HandshakeAsync(0, 0, Cancellation);

        Assert.True(outcome.IsCompleted, outcome.Failure?.ToString());
        Assert.InRange(outcome.Handshake.Value, (outcome.Wire.BytesOut!.Value - 1) * pause, TimeSpan.MaxValue);
    }

    [Theory]
    [MemberData(nameof(EnginesThatStop))]
    public async Task A_trickle_that_takes_longer_than_the_deadline_is_a_timeout_of_the_client(string engine)
    {
        await using var server = ScriptedServer.Silent();
        using var slot = Create(
            engine, server.EndPoint, new Profile { Name = "p", Trickle = TimeSpan.FromMilliseconds(50) }, new Limits { HandshakeTimeout = TimeSpan.FromMilliseconds(200) });

        var outcome = await slot.Client.HandshakeAsync(0, 0, Cancellation);

        Assert.Equal((FailureKind.HandshakeTimeout, FaultSide.Client), (outcome.Failure?.Kind, outcome.Failure?.Side));
        Assert.Contains("a byte at a time", outcome.Failure?.Detail, StringComparison.Ordinal);
    }

    private Slot Create(string engine, IPEndPoint endPoint, Profile profile, Limits? limits = null)
    {
        var created = Engines.Create(
            new Plan
            {
                Name = "partial",
                Engine = engine,
                Targets = [new Target { Name = "server", Host = endPoint.Address.ToString(), Port = endPoint.Port, ServerName = "localhost", Trust = new Trust.Authorities(authority.Pem) }],
                Profiles = [profile],
                Load = Interop.Interop.Once,
                Limits = limits ?? new Limits(),
            },
            TimeProvider.System);
        return new Slot(created, created.CreateClient());
    }

    // RFC 8446 section 5.1.
    private static List<byte> TypesOf(byte[] bytes)
    {
        var types = new List<byte>();
        for (var at = 0; at < bytes.Length; at += 5 + ((bytes[at + 3] << 8) | bytes[at + 4]))
        {
            types.Add(bytes[at]);
        }

        return types;
    }

    private sealed record Slot(IHandshakeEngine Engine, IHandshakeClient Client) : IDisposable
    {
        public void Dispose()
        {
            Client.Dispose();
            Engine.Dispose();
        }
    }
}
