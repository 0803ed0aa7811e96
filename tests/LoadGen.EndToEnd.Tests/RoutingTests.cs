using LoadGen.TargetServer;
using LoadGen.TestServers.Certificates;
using LoadGen.TestServers.Servers;

namespace LoadGen.EndToEnd.Tests;

/// <summary>
/// Connections go where the flags tell, and the result has where they went. What each engine does on the way is tested with
/// the engines.
/// </summary>
public sealed class RoutingTests : IDisposable
{
    private readonly TestAuthority _authority = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _authority.Dispose();

    [Fact]
    public async Task A_dead_family_fails_nothing_and_is_told()
    {
        await using var nginx = await NginxAsync();

        var (program, result) = await RunAsync(nginx, "--resolve", $"localhost:{nginx.EndPoint.Port}:::1,127.0.0.1", "--count", "200");

        Assert.Equal((200, 200), (result.Books.Completed, result.Targets[0].Addresses.Sum(address => address.Books.Completed)));
        var dead = Assert.Single(result.Targets[0].Addresses, address => address.PassedOver is not null);
        Assert.Equal(($"[::1]:{nginx.EndPoint.Port}", 0, "connection refused"), (dead.Address, dead.Books.Scheduled, dead.PassedOver!.Example));
        Assert.Contains($"at [::1]:{nginx.EndPoint.Port}", program.StandardError, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Three_addresses_have_even_shares_and_books_of_their_own_whoever_comes_from_where()
    {
        await using var nginx = await NginxAsync(options => options with { Addresses = ["127.0.0.1", "127.0.0.2"], ProxyProtocol = true });

        // The header tells of the connection's own source where no clients are made up.
        var (_, result) = await RunAsync(
            nginx, "--resolve", $"localhost:{nginx.EndPoint.Port}:127.0.0.1,127.0.0.2,127.0.0.3", "--source", "127.0.0.11,127.0.0.12",
            "--proxy-protocol", "v1", "--sni", "canary.example.com", "--count", "300");

        Assert.Equal(
            [("127.0.0.1", 100, 0), ("127.0.0.2", 100, 0), ("127.0.0.3", 0, 100)],
            result.Targets[0].Addresses.Select(address => (address.Address.Split(':')[0], address.Books.Completed, address.Books.Failed)).Order());
        Assert.All(result.Targets[0].Addresses, address => Assert.Equal(address.Books.Completed, address.HandshakeMs?.Count ?? 0));
        Assert.Contains($"127.0.0.3:{nginx.EndPoint.Port}", Assert.Single(result.Failures).Example, StringComparison.Ordinal);
        var seen = await nginx.WaitForHandshakesAsync(200, Cancellation);
        Assert.Equal(["127.0.0.11", "127.0.0.12"], seen.Select(each => each.ClientAddress).Distinct().Order());
        Assert.All(seen, each => Assert.Equal("canary.example.com", each.ServerName));
    }

    [Fact]
    public async Task A_Unix_domain_socket_is_a_target()
    {
        await using var nginx = await NginxAsync(options => options with { HasSocket = true });

        var (_, result) = await Runs.ExecuteAsync(
            "--target", $"unix:{nginx.SocketPath}", "--cacert", _authority.PemPath, "--sni", "none", "--concurrency", "2", "--count", "20");

        Assert.Equal((20, $"unix:{nginx.SocketPath}"), (result.Books.Completed, Assert.Single(result.Targets[0].Addresses).Address));
        Assert.All(await nginx.WaitForHandshakesAsync(20, Cancellation), each => Assert.Null(each.ServerName));
    }

    [Fact]
    public async Task Made_up_clients_ask_through_a_proxy_for_the_server_names_of_a_file_in_turn()
    {
        await using var nginx = await NginxAsync(options => options with { ApplicationProtocols = ["h2"], ProxyProtocol = true });
        await using var proxy = await TinyproxyServer.StartAsync(nginx.EndPoint.Port, "user", "s3cret", Cancellation);
        using var names = new TemporaryFile("a.example.com\nb.example.com\n");

        var (_, result) = await Runs.ExecuteAsync(
            "--target", $"localhost:{nginx.EndPoint.Port}", "--insecure", "--proxy", $"http://user:s3cret@{proxy.EndPoint}", "--proxy-protocol", "v2",
            "--proxy-clients", "10.9.0.0/30", "--servername", $"@{names.Path}", "--alpn", "h2", "--concurrency", "2", "--count", "20");

        Assert.Equal((20, 20), (result.Books.Completed, result.LatencyMs.Phases!["proxy_connect"].Count));
        Assert.All(result.Negotiated, each => Assert.Equal("h2", each.Alpn));
        var seen = await nginx.WaitForHandshakesAsync(20, Cancellation);
        Assert.Equal((10, 10), (seen.Count(each => each.ServerName == "a.example.com"), seen.Count(each => each.ServerName == "b.example.com")));
        Assert.Equal(["10.9.0.0", "10.9.0.1", "10.9.0.2", "10.9.0.3"], seen.Select(each => each.ClientAddress).Distinct().Order());
    }

    [Fact]
    public async Task A_proxy_that_refuses_is_not_the_server()
    {
        await using var nginx = await NginxAsync();
        await using var proxy = await TinyproxyServer.StartAsync(nginx.EndPoint.Port, "user", "password", Cancellation);

        var (_, result) = await RunAsync(nginx, "--proxy", proxy.EndPoint.ToString(), "--count", "5");

        var failure = Assert.Single(result.Failures);
        Assert.Equal(("proxy_refused", "proxy_connect", "network", 5), (failure.Kind, failure.Phase, failure.Side, failure.Count));
    }

    private Task<NginxServer> NginxAsync(Func<NginxOptions, NginxOptions>? with = null)
    {
        var options = new NginxOptions { Certificates = [_authority.Good(KeyKind.EcdsaP256)] };
        return NginxServer.StartAsync(with is null ? options : with(options), Cancellation);
    }

    private Task<(TestServers.Programs.ProgramResult Program, Core.Runs.RunResult Result)> RunAsync(NginxServer nginx, params string[] arguments)
        => Runs.ExecuteAsync(["--target", $"localhost:{nginx.EndPoint.Port}", "--cacert", _authority.PemPath, "--concurrency", "2", .. arguments]);
}
