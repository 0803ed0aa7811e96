using LoadGen.TargetServer;
using LoadGen.TestServers.Certificates;
using LoadGen.TestServers.Servers;

namespace LoadGen.EndToEnd.Tests;

/// <summary>Connections go where they are told to: to several addresses, from several, through proxies and sockets.</summary>
public sealed class RoutingTests : IDisposable
{
    private readonly TestAuthority _authority = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string> Engines => ["bouncycastle", "sslstream"];

    public void Dispose() => _authority.Dispose();

    [Theory]
    [MemberData(nameof(Engines))]
    public async Task A_dead_family_fails_nothing_and_is_told(string engine)
    {
        await using var nginx = await NginxAsync();

        var (program, result) = await RunAsync(nginx, engine, "--resolve", $"localhost:{nginx.EndPoint.Port}:::1,127.0.0.1", "--count", "200");

        Assert.Equal((200, 200), (result.Books.Completed, result.Targets[0].Addresses.Sum(address => address.Books.Completed)));
        var dead = Assert.Single(result.Targets[0].Addresses, address => address.PassedOver is not null);
        Assert.Equal(($"[::1]:{nginx.EndPoint.Port}", 0, "connection refused"), (dead.Address, dead.Books.Scheduled, dead.PassedOver!.Example));
        Assert.Contains($"at [::1]:{nginx.EndPoint.Port}", program.StandardError, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Three_addresses_have_even_shares_and_books_of_their_own()
    {
        await using var nginx = await NginxAsync(options => options with { Addresses = ["127.0.0.1", "127.0.0.2", "127.0.0.3"] });

        var (_, result) = await RunAsync(nginx, "bouncycastle", "--resolve", $"localhost:{nginx.EndPoint.Port}:127.0.0.1,127.0.0.2,127.0.0.3", "--count", "300");

        Assert.Equal(3, result.Targets[0].Addresses.Count);
        Assert.All(result.Targets[0].Addresses, address => Assert.Equal((100, 100), (address.Books.Completed, address.HandshakeMs!.Count)));
    }

    [Fact]
    public async Task A_dead_address_of_the_same_family_fails_its_handshakes_and_names_itself()
    {
        await using var nginx = await NginxAsync();

        var (_, result) = await RunAsync(nginx, "bouncycastle", "--resolve", $"localhost:{nginx.EndPoint.Port}:127.0.0.1,127.0.0.2", "--count", "20");

        Assert.Equal((10, 10), (result.Books.Completed, result.Books.Failed));
        Assert.Contains($"127.0.0.2:{nginx.EndPoint.Port}", Assert.Single(result.Failures).Example, StringComparison.Ordinal);
        Assert.Equal(10, Assert.Single(result.Targets[0].Addresses, address => address.Address.StartsWith("127.0.0.2", StringComparison.Ordinal)).Books.Failed);
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public async Task The_server_sees_the_source_addresses_in_turn(string engine)
    {
        await using var nginx = await NginxAsync();

        await RunAsync(nginx, engine, "--source", "127.0.0.11,127.0.0.12", "--count", "40");

        var seen = await nginx.WaitForHandshakesAsync(40, Cancellation);
        Assert.Equal(["127.0.0.11", "127.0.0.12"], seen.Select(each => each.ClientAddress).Distinct().Order());
        Assert.Equal(20, seen.Count(each => each.ClientAddress == "127.0.0.11"));
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public async Task A_Unix_domain_socket_is_a_target(string engine)
    {
        await using var nginx = await NginxAsync(options => options with { HasSocket = true });

        var (_, result) = await Runs.ExecuteAsync(
            "--target", $"unix:{nginx.SocketPath}", "--cacert", _authority.PemPath, "--engine", engine, "--concurrency", "2", "--count", "20");

        Assert.Equal((20, $"unix:{nginx.SocketPath}"), (result.Books.Completed, Assert.Single(result.Targets[0].Addresses).Address));
        Assert.Equal(20, (await nginx.WaitForHandshakesAsync(20, Cancellation)).Count);
    }

    [Theory]
    [InlineData("v1", "nginx")]
    [InlineData("v2", "nginx")]
    [InlineData("v1", "haproxy")]
    [InlineData("v2", "haproxy")]
    public async Task A_PROXY_header_tells_the_server_of_made_up_clients(string version, string kind)
    {
        var options = new TlsServerOptions { Certificates = [_authority.Good(KeyKind.EcdsaP256)], ProxyProtocol = true };
        await using ITlsServer server = kind == "nginx" ? await NginxServer.StartAsync(new NginxOptions(options), Cancellation) : await HaproxyServer.StartAsync(options, Cancellation);

        var (_, result) = await Runs.ExecuteAsync(
            "--target", server.EndPoint.ToString(), "--cacert", _authority.PemPath, "--proxy-protocol", version, "--proxy-clients", "10.9.0.0/30", "--concurrency", "2", "--count", "12", "--tls", "1.2");

        Assert.Equal(12, result.Books.Completed);
        var seen = await server.WaitForHandshakesAsync(12, Cancellation);
        Assert.Equal(["10.9.0.0", "10.9.0.1", "10.9.0.2", "10.9.0.3"], seen.Select(each => each.ClientAddress).Distinct().Order());
    }

    [Fact]
    public async Task A_server_that_wants_a_PROXY_header_and_gets_none_fails_every_handshake()
    {
        var options = new TlsServerOptions { Certificates = [_authority.Good(KeyKind.EcdsaP256)], ProxyProtocol = true };
        await using var nginx = await NginxServer.StartAsync(new NginxOptions(options), Cancellation);

        var (_, result) = await RunAsync(nginx, "bouncycastle", "--count", "5");

        Assert.Equal(5, result.Books.Failed);
        Assert.All(result.Failures, failure => Assert.Equal("server", failure.Side));
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public async Task An_HTTP_proxy_opens_the_tunnel(string engine)
    {
        await using var nginx = await NginxAsync();
        await using var proxy = await TinyproxyServer.StartAsync(nginx.EndPoint.Port, "user", "s3cret", Cancellation);

        var (_, result) = await RunAsync(nginx, engine, "--proxy", $"http://user:s3cret@{proxy.EndPoint}", "--count", "20");

        Assert.Equal((20, 20), (result.Books.Completed, result.LatencyMs.Phases!["proxy_connect"].Count));
        Assert.Equal(20, (await nginx.WaitForHandshakesAsync(20, Cancellation)).Count);
    }

    [Fact]
    public async Task A_proxy_that_refuses_is_not_the_server()
    {
        await using var nginx = await NginxAsync();
        await using var proxy = await TinyproxyServer.StartAsync(nginx.EndPoint.Port, "user", "password", Cancellation);

        var (_, result) = await RunAsync(nginx, "bouncycastle", "--proxy", proxy.EndPoint.ToString(), "--count", "5");

        var failure = Assert.Single(result.Failures);
        Assert.Equal(("proxy_refused", "proxy_connect", "network", 5), (failure.Kind, failure.Phase, failure.Side, failure.Count));
        Assert.Contains("407", failure.Example, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("bouncycastle", "none", null)]
    [InlineData("bouncycastle", "canary.example.com", "canary.example.com")]
    [InlineData("sslstream", "none", null)]
    [InlineData("sslstream", "canary.example.com", "canary.example.com")]
    public async Task SNI_is_left_out_or_another_than_the_name_that_is_verified(string engine, string sni, string? seen)
    {
        await using var nginx = await NginxAsync();

        var (_, result) = await RunAsync(nginx, engine, "--servername", "localhost", "--sni", sni, "--count", "5");

        Assert.Equal(5, result.Books.Completed);
        Assert.All(await nginx.WaitForHandshakesAsync(5, Cancellation), each => Assert.Equal(seen, each.ServerName));
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public async Task Server_names_of_a_file_are_asked_for_in_turn_and_ALPN_is_told(string engine)
    {
        await using var nginx = await NginxAsync(options => options with { ApplicationProtocols = ["h2"] });
        using var names = new TemporaryFile("a.example.com\nb.example.com\n");

        var (_, result) = await Runs.ExecuteAsync(
            "--target", nginx.EndPoint.ToString(), "--insecure", "--engine", engine, "--servername", $"@{names.Path}", "--alpn", "h2", "--concurrency", "2", "--count", "20");

        Assert.All(result.Negotiated, each => Assert.Equal("h2", each.Alpn));
        var seen = await nginx.WaitForHandshakesAsync(20, Cancellation);
        Assert.Equal((10, 10), (seen.Count(each => each.ServerName == "a.example.com"), seen.Count(each => each.ServerName == "b.example.com")));
    }

    private Task<NginxServer> NginxAsync(Func<NginxOptions, NginxOptions>? with = null)
    {
        var options = new NginxOptions { Certificates = [_authority.Good(KeyKind.EcdsaP256)] };
        return NginxServer.StartAsync(with is null ? options : with(options), Cancellation);
    }

    private Task<(TestServers.Programs.ProgramResult Program, Core.Runs.RunResult Result)> RunAsync(NginxServer nginx, string engine, params string[] arguments)
        => Runs.ExecuteAsync(["--target", $"localhost:{nginx.EndPoint.Port}", "--cacert", _authority.PemPath, "--engine", engine, "--concurrency", "2", .. arguments]);
}
