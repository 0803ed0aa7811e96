using LoadGen.Core.Handshakes;
using LoadGen.Core.Plans;
using LoadGen.TestServers.Certificates;
using LoadGen.TestServers.Servers;

namespace LoadGen.Tls.Tests.Interop;

/// <summary>Resumption of TLS 1.3 (RFC 8446 section 2.2) and early data (section 2.3), as the servers themselves count them.</summary>
public sealed class ResumptionTests(TestAuthority authority) : IClassFixture<TestAuthority>
{
    private const string Engine = "fast";

    private static readonly Profile Resuming = new() { Name = "p", TlsVersions = [TlsVersion.Tls13], Resume = 1 };

    public static TheoryData<ServerKind> Kinds => [.. Enum.GetValues<ServerKind>()];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_share_of_handshakes_is_resumed_and_the_server_counts_the_same(ServerKind kind)
    {
        const int Handshakes = 20;
        await using var server = await kind.StartAsync(new TlsServerOptions { Certificates = [authority.Good()], Versions = [TlsVersion.Tls13] }, Cancellation);

        var outcomes = await Interop.ShakeAsync(Interop.PlanFor(server, authority, Resuming with { Resume = 0.3 }, Engine), Handshakes);

        Assert.All(outcomes, outcome => Assert.True(outcome.IsCompleted, outcome.Failure?.ToString()));
        var theirs = await server.WaitForHandshakesAsync(Handshakes, Cancellation);
        Assert.Equal(6, outcomes.Count(outcome => outcome.Negotiated!.Resumed));
        Assert.Equal(outcomes.Select(outcome => outcome.Negotiated!.Resumed), theirs.Select(handshake => handshake.Resumed));
        Assert.All(outcomes, outcome => Assert.Equal(outcome.Negotiated!.Resumed, outcome.Negotiated.OfferedResumption));
        Assert.All(outcomes, outcome => Assert.Equal(outcome.Negotiated!.Resumed, outcome.Negotiated.SignatureScheme is null));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task After_priming_all_of_them_resume(ServerKind kind)
    {
        const int Handshakes = 10;
        await using var server = await kind.StartAsync(new TlsServerOptions { Certificates = [authority.Good()], Versions = [TlsVersion.Tls13] }, Cancellation);
        using var engine = Engines.Create(Interop.PlanFor(server, authority, Resuming, Engine), TimeProvider.System);
        using var client = engine.CreateClient();

        await engine.PrimeAsync(1, Cancellation);
        var primed = engine.TakePriming();
        for (var i = 0; i < Handshakes; i++)
        {
            var outcome = await client.HandshakeAsync(0, 0, Cancellation);
            Assert.True(outcome.Negotiated?.Resumed, outcome.ToString());
            await client.HoldAsync(Cancellation);
        }

        // One that gives no ticket for a resumed handshake is primed again.
        primed += engine.TakePriming();
        Assert.Equal(0, primed.Failed);
        var theirs = await server.WaitForHandshakesAsync(Handshakes + (int)primed.Completed, Cancellation);
        Assert.Equal((Handshakes, primed.Completed), (theirs.Count(handshake => handshake.Resumed), theirs.Count(handshake => !handshake.Resumed)));
    }

    [Theory]
    [InlineData(StopAfter.Connect)]
    [InlineData(StopAfter.ClientHello)]
    public async Task Handshakes_for_their_sessions_are_whole_where_those_of_the_load_are_stopped(StopAfter point)
    {
        await using var server = await OpensslServer.StartAsync(authority.Good(), cancellation: Cancellation);
        using var engine = Engines.Create(Interop.PlanFor(server, authority, Resuming with { StopAfter = point }, Engine), TimeProvider.System);
        using var client = engine.CreateClient();

        await engine.PrimeAsync(1, Cancellation);
        var outcome = await client.HandshakeAsync(0, 0, Cancellation);

        Assert.True(outcome.IsPartial, outcome.ToString());
        Assert.Equal(new PrimingCount(1, 0), engine.TakePriming());
        await server.WaitForHandshakesAsync(1, Cancellation);
    }

    [Theory]
    [InlineData(PskMode.PskDheKe, "x25519")]
    [InlineData(PskMode.PskKe, null)]
    public async Task The_mode_says_whether_a_key_agreement_goes_with_the_ticket(PskMode mode, string? group)
    {
        await using var server = await OpensslServer.StartAsync(authority.Good(), ["-allow_no_dhe_kex"], Cancellation);

        var outcomes = await Interop.ShakeAsync(Interop.PlanFor(server, authority, Resuming with { PskModes = [mode], Groups = ["x25519"] }, Engine), 2);

        Assert.Equal((true, group), (outcomes[1].Negotiated?.Resumed, outcomes[1].Negotiated?.Group));
    }

    [Fact]
    public async Task A_ticket_survives_a_HelloRetryRequest()
    {
        await using var server = await OpensslServer.StartAsync(authority.Good(), ["-groups", "P-384"], Cancellation);

        var outcomes = await Interop.ShakeAsync(Interop.PlanFor(server, authority, Resuming with { Groups = ["x25519", "secp384r1"] }, Engine), 2);

        Assert.Equal((true, true, "secp384r1"), (outcomes[1].Negotiated?.Resumed, outcomes[1].Negotiated?.HelloRetryRequest, outcomes[1].Negotiated?.Group));
    }

    [Fact]
    public async Task A_ticket_that_the_server_does_not_know_any_more_is_offered_and_refused()
    {
        var first = await OpensslServer.StartAsync(authority.Good(), cancellation: Cancellation);
        using var engine = Engines.Create(Interop.PlanFor(first, authority, Resuming, Engine), TimeProvider.System);
        using var client = engine.CreateClient();

        var before = await client.HandshakeAsync(0, 0, Cancellation);
        await first.DisposeAsync();
        await using var second = await OpensslServer.StartAsync(
            new TlsServerOptions { Certificates = [authority.Good()] }, port: first.EndPoint.Port, cancellation: Cancellation);
        var after = await client.HandshakeAsync(0, 0, Cancellation);

        Assert.Equal((false, false), (before.Negotiated?.OfferedResumption, before.Negotiated?.Resumed));
        Assert.Equal((true, false), (after.Negotiated?.OfferedResumption, after.Negotiated?.Resumed));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Early_data_is_taken_or_not_and_the_server_says_the_same(bool takes)
    {
        await using var server = await OpensslServer.StartAsync(authority.Good(), takes ? ["-early_data"] : ["-max_early_data", "16384"], Cancellation);
        var profile = Resuming with { EarlyData = new EarlyData.File(Convert.ToBase64String("a word in advance"u8)) };

        var outcomes = await Interop.ShakeAsync(Interop.PlanFor(server, authority, profile, Engine), 2);

        Assert.Equal((true, takes ? EarlyDataFate.Accepted : EarlyDataFate.Rejected), (outcomes[1].Negotiated?.Resumed, outcomes[1].Negotiated?.EarlyData));
        Assert.Null(outcomes[0].Negotiated?.EarlyData);
        await server.WaitForHandshakesAsync(2, Cancellation);
        Assert.Equal(takes, server.Process.StandardOutput.Any(line => line.Contains("a word in advance", StringComparison.Ordinal)));
    }
}
