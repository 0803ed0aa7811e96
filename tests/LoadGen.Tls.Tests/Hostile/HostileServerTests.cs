using LoadGen.Core;
using LoadGen.Core.Handshakes;
using LoadGen.Core.Plans;
using LoadGen.TestServers.Certificates;
using LoadGen.Tls.Offers;

namespace LoadGen.Tls.Tests.Hostile;

/// <summary>The same fault of a server is the same kind, side and phase on every engine, or stands in a list with its reason.</summary>
public sealed class HostileServerTests(TestAuthority authority) : IClassFixture<TestAuthority>
{
    private static readonly string[] EngineNames = ["bouncycastle", "fast", "sslstream"];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string, string> Cases => new(from engine in EngineNames from each in HostileCases.All where IsOf(engine, each) select (engine, each.Name));

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task A_server_is_blamed_for_what_it_does(string engine, string name)
    {
        var hostile = HostileCases.All.First(each => each.Name == name);
        await using var server = RawTls13.Serve(authority.Good(), hostile.Script);

        var outcome = await ShakeAsync(engine, server.EndPoint, hostile.Kind == FailureKind.HandshakeTimeout ? TimeSpan.FromSeconds(2) : null);

        var expected = engine == "sslstream" && HostileCases.OfSslStream.TryGetValue(name, out var difference)
            ? difference.Outcome
            : $"{hostile.Kind.Name()} in {hostile.Phase.Name()}";
        Assert.True(expected == Told(outcome), $"{expected} was expected: {Told(outcome)}, {outcome.Failure?.Detail}");
        if (!outcome.IsCompleted)
        {
            Assert.Equal(FaultSide.Server, outcome.Failure.Side);
            Assert.True(hostile.Alert is null || hostile.Alert == outcome.Failure.Alert, outcome.Failure.Alert);
            Assert.NotEmpty(outcome.Failure.Detail);
        }
    }

    /// <summary>Otherwise a case might fail for another reason than its own.</summary>
    [Theory]
    [InlineData("bouncycastle", TlsVersion.Tls12)]
    [InlineData("bouncycastle", TlsVersion.Tls13)]
    [InlineData("fast", TlsVersion.Tls12)]
    [InlineData("fast", TlsVersion.Tls13)]
    [InlineData("sslstream", TlsVersion.Tls12)]
    [InlineData("sslstream", TlsVersion.Tls13)]
    public async Task A_server_that_does_nothing_wrong_completes(string engine, TlsVersion version)
    {
        await using var server = RawTls13.Serve(authority.Good(), async tls =>
        {
            if (version == TlsVersion.Tls13)
            {
                await tls.SendAsync(tls.GoodFlight());
                return;
            }

            var raw = new RawTls12(tls);
            await tls.SendAsync(raw.Flight());
            await raw.FinishAsync();
        });

        var outcome = await ShakeAsync(engine, server.EndPoint);

        Assert.True(outcome.IsCompleted, outcome.Failure?.ToString());
        Assert.Equal(version, outcome.Negotiated.TlsVersion);
    }

    /// <summary>What is counted where records are decrypted must not depend on whose code decrypts them.</summary>
    [Theory]
    [InlineData("never encrypts its flight")]
    [InlineData("begins a ticket in the record of Finished")]
    [InlineData("changes its cipher without end")]
    [InlineData("sends a wrong Finished")]
    public async Task Managed_cryptography_makes_no_difference(string name)
    {
        var hostile = HostileCases.All.First(each => each.Name == name);
        await using var server = RawTls13.Serve(authority.Good(), hostile.Script);

        var outcome = await HostileServers.ShakeAsync(
            "bouncycastle", server.EndPoint, authority, new Profile { Name = "p" }, Cancellation, crypto: CryptoChoice.Managed);

        Assert.Equal((hostile.Kind, hostile.Phase, FaultSide.Server), (outcome.Failure?.Kind, outcome.Failure?.Phase, outcome.Failure?.Side));
    }

    [Theory]
    [InlineData("bouncycastle")]
    [InlineData("fast")]
    [InlineData("sslstream")]
    public async Task Every_fatal_alert_keeps_its_name_or_its_number(string engine)
    {
        byte number = 0;
        await using var server = RawTls13.Serve(authority.Good(), tls => tls.SendAsync(RawTls13.Record(RawTls13.Alert, [2, number])));

        for (var i = 0; i <= byte.MaxValue; i++)
        {
            number = (byte)i;
            var outcome = await ShakeAsync(engine, server.EndPoint);

            // However it is sent, close_notify says that the server leaves.
            Assert.Equal(i == 0 ? "closed_early in server_hello" : "alert_received in server_hello", Told(outcome));
            Assert.Equal((FaultSide.Server, i == 0 ? null : ((TlsAlert)i).Name()), (outcome.Failure!.Side, outcome.Failure.Alert));
        }

        Assert.Equal("alert_77", ((TlsAlert)77).Name());
    }

    [Theory]
    [InlineData("bouncycastle")]
    [InlineData("fast")]
    [InlineData("sslstream")]
    public async Task Every_warning_is_ignored_but_those_that_end_a_handshake(string engine)
    {
        byte number = 0;
        await using var server = RawTls13.Serve(authority.Good(), async tls =>
        {
            await tls.SendAsync(RawTls13.Record(RawTls13.Alert, [1, number]), RawTls13.Record(RawTls13.Alert, [2, 40]));
        });

        for (var i = 0; i <= byte.MaxValue; i++)
        {
            number = (byte)i;
            var outcome = await ShakeAsync(engine, server.EndPoint);

            var alert = i switch
            {
                0 => null,
                100 => "no_renegotiation",
                _ => "handshake_failure",
            };
            Assert.Equal((i == 0 ? FailureKind.ClosedEarly : FailureKind.AlertReceived, alert), (outcome.Failure?.Kind, outcome.Failure?.Alert));
        }
    }

    // What fails after the server's flight is TLS 1.2: in TLS 1.3 the handshake is complete by then.
    private static bool IsOf(string engine, HostileCase hostile) => hostile.Phase != Phase.ServerConfirmed || Engines.Capabilities[engine].TlsVersions.Contains(TlsVersion.Tls12);

    private static string Told(Outcome outcome)
        => outcome.IsCompleted ? HostileCases.Completed : $"{outcome.Failure.Kind.Name()} in {outcome.Failure.Phase.Name()}";

    private Task<Outcome> ShakeAsync(string engine, System.Net.IPEndPoint endPoint, TimeSpan? timeout = null)
        => HostileServers.ShakeAsync(engine, endPoint, authority, new Profile { Name = "p" }, Cancellation, timeout);
}
