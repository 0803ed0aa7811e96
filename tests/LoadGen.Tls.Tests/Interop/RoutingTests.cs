using System.Net;
using LoadGen.Core;
using LoadGen.Core.Handshakes;
using LoadGen.Core.Plans;
using LoadGen.TestServers.Certificates;
using LoadGen.TestServers.Servers;

namespace LoadGen.Tls.Tests.Interop;

/// <summary>Connections go where the plan says, and the server sees them come from where it says.</summary>
public sealed class RoutingTests(TestAuthority authority) : IClassFixture<TestAuthority>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string> Engines => ["bouncycastle", "sslstream"];

    public static TheoryData<string, string?, string?> ServerNames => new(
        from engine in (string[])["bouncycastle", "sslstream"]
        from name in ((string, string?)[])[("", null), ("canary.example.com", "canary.example.com")]
        select ((string, string?, string?))(engine, name.Item1, name.Item2));

    [Theory]
    [MemberData(nameof(Engines))]
    public async Task A_dead_family_is_passed_over_and_told(string engine)
    {
        await using var nginx = await NginxAsync();
        var dead = new IPEndPoint(IPAddress.IPv6Loopback, nginx.EndPoint.Port);

        var outcomes = await ShakeAsync(Resolving(nginx, engine, IPAddress.IPv6Loopback, IPAddress.Loopback), 20);

        Assert.All(outcomes, outcome => Assert.Equal((true, nginx.EndPoint.ToString()), (outcome.IsCompleted, outcome.Address)));
        Assert.All(outcomes.SelectMany(outcome => outcome.PassedOver), each => Assert.Equal((dead.ToString(), FailureKind.ConnectionRefused), (each.Address, each.Kind)));
        Assert.NotEmpty(outcomes.SelectMany(outcome => outcome.PassedOver));
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public async Task A_dead_address_of_the_same_family_fails_its_handshakes_and_names_itself(string engine)
    {
        await using var nginx = await NginxAsync();
        var dead = $"127.0.0.2:{nginx.EndPoint.Port}";

        var outcomes = await ShakeAsync(Resolving(nginx, engine, IPAddress.Loopback, IPAddress.Parse("127.0.0.2")), 20);

        Assert.Equal((10, 10), (outcomes.Count(outcome => outcome.IsCompleted), outcomes.Count(outcome => outcome.Address == dead)));
        Assert.All(outcomes.Where(outcome => outcome.Address == dead), outcome => Assert.Contains(dead, outcome.Failure!.Detail, StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public async Task The_server_sees_the_source_addresses_in_turn(string engine)
    {
        await using var nginx = await NginxAsync();

        await CompleteAsync(PlanFor(nginx, engine) with { Sources = [IPAddress.Parse("127.0.0.11"), IPAddress.Parse("127.0.0.12")] }, 40);

        var seen = await nginx.WaitForHandshakesAsync(40, Cancellation);
        Assert.Equal(
            (20, 20), (seen.Count(each => each.ClientAddress == "127.0.0.11"), seen.Count(each => each.ClientAddress == "127.0.0.12")));
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public async Task A_Unix_domain_socket_is_a_target(string engine)
    {
        await using var nginx = await NginxAsync(options => options with { HasSocket = true });

        var outcomes = await CompleteAsync(To(PlanFor(nginx, engine), target => target with { SocketPath = nginx.SocketPath }), 20);

        Assert.All(outcomes, outcome => Assert.Equal($"unix:{nginx.SocketPath}", outcome.Address));
        Assert.Equal(20, (await nginx.WaitForHandshakesAsync(20, Cancellation)).Count);
    }

    [Theory]
    [InlineData(ProxyProtocol.V1, "nginx")]
    [InlineData(ProxyProtocol.V2, "nginx")]
    [InlineData(ProxyProtocol.V1, "haproxy")]
    [InlineData(ProxyProtocol.V2, "haproxy")]
    public async Task A_PROXY_header_tells_the_server_of_made_up_clients(ProxyProtocol version, string kind)
    {
        var options = new TlsServerOptions { Certificates = [authority.Good()], ProxyProtocol = true };
        await using ITlsServer server = kind == "nginx" ? await NginxServer.StartAsync(new NginxOptions(options), Cancellation) : await HaproxyServer.StartAsync(options, Cancellation);

        await CompleteAsync(
            To(PlanFor(server, "bouncycastle"), target => target with { ProxyProtocol = version, ProxyClients = IPNetwork.Parse("10.9.0.0/30") }), 12);

        var seen = await server.WaitForHandshakesAsync(12, Cancellation);
        Assert.Equal(["10.9.0.0", "10.9.0.1", "10.9.0.2", "10.9.0.3"], seen.Select(each => each.ClientAddress).Distinct().Order());
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public async Task A_server_that_wants_a_PROXY_header_and_gets_none_fails_every_handshake(string engine)
    {
        await using var nginx = await NginxAsync(options => options with { ProxyProtocol = true });

        var outcomes = await ShakeAsync(PlanFor(nginx, engine), 5);

        Assert.All(outcomes, outcome => Assert.Equal(FaultSide.Server, outcome.Failure?.Side));
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public async Task An_HTTP_proxy_opens_the_tunnel(string engine)
    {
        await using var nginx = await NginxAsync();
        await using var proxy = await TinyproxyServer.StartAsync(nginx.EndPoint.Port, "user", "s3cret", Cancellation);

        var outcomes = await CompleteAsync(Through(proxy, "user:s3cret", PlanFor(nginx, engine)), 20);

        Assert.All(outcomes, outcome => Assert.NotNull(outcome.Phases[Phase.ProxyConnect]));
        Assert.Equal(20, (await nginx.WaitForHandshakesAsync(20, Cancellation)).Count);
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public async Task A_proxy_that_refuses_is_not_the_server(string engine)
    {
        await using var nginx = await NginxAsync();
        await using var proxy = await TinyproxyServer.StartAsync(nginx.EndPoint.Port, "user", "password", Cancellation);

        var failure = Assert.Single(await ShakeAsync(Through(proxy, null, PlanFor(nginx, engine)), 1)).Failure!;

        Assert.Equal(("proxy_refused", "proxy_connect", "network"), (failure.Kind.Name(), failure.Phase.Name(), failure.Side.Name()));
        Assert.Contains("407", failure.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(ServerNames))]
    public async Task SNI_is_left_out_or_another_than_the_name_that_is_verified(string engine, string? sni, string? seen)
    {
        await using var nginx = await NginxAsync();

        await CompleteAsync(To(PlanFor(nginx, engine), target => target with { Sni = sni }), 5);

        Assert.All(await nginx.WaitForHandshakesAsync(5, Cancellation), each => Assert.Equal(seen, each.ServerName));
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public async Task Server_names_are_asked_for_in_turn_and_ALPN_is_told(string engine)
    {
        await using var nginx = await NginxAsync(options => options with { ApplicationProtocols = ["h2"] });
        var plan = To(PlanFor(nginx, engine, new Profile { Name = "p", Alpn = ["h2"] }), target => target with
        {
            ServerName = "a.example.com",
            FurtherServerNames = ["b.example.com"],
            Trust = Trust.Insecure,
        });

        var outcomes = await CompleteAsync(plan, 20);

        Assert.All(outcomes, outcome => Assert.Equal("h2", outcome.Negotiated!.Alpn));
        var seen = await nginx.WaitForHandshakesAsync(20, Cancellation);
        Assert.Equal((10, 10), (seen.Count(each => each.ServerName == "a.example.com"), seen.Count(each => each.ServerName == "b.example.com")));
    }

    private static Task<IReadOnlyList<Outcome>> ShakeAsync(Plan plan, int times) => Interop.ShakeAsync(plan, times);

    private static async Task<IReadOnlyList<Outcome>> CompleteAsync(Plan plan, int times)
    {
        var outcomes = await ShakeAsync(plan, times);
        Assert.All(outcomes, outcome => Assert.True(outcome.IsCompleted, outcome.Failure?.ToString()));
        return outcomes;
    }

    private static Plan To(Plan plan, Func<Target, Target> change) => plan with { Targets = [change(plan.Targets[0])] };

    private static Plan Through(TinyproxyServer proxy, string? credentials, Plan plan) => To(plan, target => target with
    {
        Proxy = new HttpProxy(proxy.EndPoint.Address.ToString(), proxy.EndPoint.Port, credentials),
    });

    private Plan Resolving(NginxServer nginx, string engine, params IPAddress[] addresses)
        => To(PlanFor(nginx, engine), target => target with { Host = "localhost" }) with { Resolve = [new ResolveRule("localhost", nginx.EndPoint.Port, addresses)] };

    private Plan PlanFor(ITlsServer server, string engine, Profile? profile = null)
        => Interop.PlanFor(server, authority, profile ?? new Profile { Name = "p" }) with { Engine = engine };

    private Task<NginxServer> NginxAsync(Func<NginxOptions, NginxOptions>? with = null)
    {
        var options = new NginxOptions { Certificates = [authority.Good()] };
        return NginxServer.StartAsync(with is null ? options : with(options), Cancellation);
    }
}
