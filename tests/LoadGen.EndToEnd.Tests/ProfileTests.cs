using LoadGen.TargetServer;
using LoadGen.TestServers.Certificates;
using LoadGen.TestServers.Programs;
using LoadGen.TestServers.Servers;

namespace LoadGen.EndToEnd.Tests;

public sealed class ProfileTests : IDisposable
{
    private readonly TestAuthority _authority = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _authority.Dispose();

    [Fact]
    public async Task Six_profiles_share_a_run_in_the_parts_of_their_weights()
    {
        await using var server = await NginxServer.StartAsync(
            new NginxOptions(new TlsServerOptions { Certificates = [_authority.Good(), _authority.Good(KeyKind.Rsa2048)] }), Cancellation);
        using var plan = new TemporaryFile();
        await File.WriteAllTextAsync(
            plan.Path,
            $$"""
            targets: [ { name: nginx, address: "{{server.EndPoint}}", serverName: localhost, trust: { ca: "{{_authority.PemPath}}" } } ]
            profiles:
              - { name: modern, weight: 40, tls: "1.3", groups: [x25519] }
              - { name: nist, weight: 25, tls: "1.3", groups: [secp256r1] }
              - { name: retried, weight: 3, tls: "1.3", groups: [x25519, secp256r1], keyShares: none }
              - { name: resuming, weight: 20, tls: "1.2", resume: 40% }
              - { name: static-rsa, weight: 7, tls: "1.2", ciphers: [TLS_RSA_WITH_AES_128_GCM_SHA256] }
              - { name: lean, weight: 5, tls: "1.3", checks: lean, ocsp: true }
            load: [ hold: { rate: 250/s, for: 3s } ]
            """,
            Cancellation);

        var (program, result) = await Runs.ExecuteAsync(plan.Path);

        Runs.AssertPasses(program.ExitCode, result);
        Assert.Equal(750, result.Books.Completed);
        int[] weights = [40, 25, 3, 20, 7, 5];
        Assert.All(weights.Zip(result.Profiles), each => Assert.InRange(each.Second.Books.Scheduled - (750 * each.First / 100.0), -1, 1));
        Assert.InRange(result.Negotiated.Where(each => each.Resumed).Sum(each => each.Count), 59, 60);
        Assert.InRange(result.Negotiated.Where(each => each.HelloRetryRequest).Sum(each => each.Count), 22, 23);
        Assert.Equal(result.Profiles[5].Books.Completed, result.Negotiated.Where(each => each.OcspStapled == false).Sum(each => each.Count));
        Assert.Equal(("lean", "lean", "full"), (result.Run.Checks, result.Profiles[5].Checks, result.Profiles[0].Checks));
        var told = await server.WaitForHandshakesAsync(750, Cancellation);
        Assert.Equal(result.Negotiated.Where(each => each.Resumed).Sum(each => each.Count), told.Count(each => each.Resumed));
    }

    [Fact]
    public async Task Connections_are_held_open_while_new_ones_come()
    {
        await using var server = await NginxServer.StartAsync(new NginxOptions(new TlsServerOptions { Certificates = [_authority.Good()] }), Cancellation);

        var (_, result) = await Runs.ExecuteAsync(
            "--target", server.HttpEndPoint.ToString(), "--servername", "localhost", "--cacert", _authority.PemPath, "--hold", "1s", "--rate", "50",
            "--duration", "2s", "--max-connections", "60");

        Assert.Equal(100, result.Books.Scheduled);
        Assert.Equal((result.Books.Completed, 0), (result.Held!.Connections, result.Held.EndedByServer));
        Assert.Equal(0, result.Books.Failed);
    }

    [Fact]
    public async Task Handshakes_that_stop_on_purpose_are_counted_apart_on_every_worker()
    {
        await using var server = await NginxServer.StartAsync(new NginxOptions(new TlsServerOptions { Certificates = [_authority.Good()] }), Cancellation);
        using var plan = new TemporaryFile();
        await File.WriteAllTextAsync(
            plan.Path,
            $$"""
            targets: [ { name: nginx, address: "{{server.HttpEndPoint}}", serverName: localhost, trust: { ca: "{{_authority.PemPath}}" } } ]
            profiles:
              - { name: whole, weight: 50 }
              - { name: silent, weight: 25, stopAfter: connect, hold: 200ms }
              - { name: unfinished, weight: 25, stopAfter: before_finished, hold: 200ms }
            load: [ hold: { rate: 100/s, for: 2s } ]
            thresholds: [ "kept >= 100%", "failures <= 0%" ]
            """,
            Cancellation);

        var (program, result) = await Runs.ExecuteAsync(plan.Path, "--workers", "2");

        Runs.AssertPasses(program.ExitCode, result);
        Assert.Equal((200, 100, 100), (result.Books.Scheduled, result.Books.Completed, result.Books.Partial));
        Assert.Equal([("connect", 50, 50), ("before_finished", 50, 50)], result.Partial!.Select(each => (each.StoppedAfter, (int)each.Count, (int)each.Kept)));
        Assert.Equal((100, 100), (result.LatencyMs.Handshake!.Count, result.Wire!.BytesIn!.Count));
        Assert.All(result.Workers, worker => Assert.Equal((50, 50), (worker.Books.Completed, worker.Books.Partial)));
        Assert.Null(result.Held);
        Assert.Equal(100, await server.WaitForHttpHandshakesAsync(100, Cancellation));
    }

    [Fact]
    public async Task What_an_engine_cannot_do_is_refused_with_the_one_that_can()
    {
        var program = await LoadGenProgram.RunAsync(
            ["run", "--target", "127.0.0.1:1", "--engine", "sslstream", "--resume", "10%", "--confirm", "http"], cancellation: Cancellation);

        Assert.Equal(2, program.ExitCode);
        Assert.Contains("--resume: engine sslstream cannot resume TLS 1.2 sessions", program.StandardError, StringComparison.Ordinal);
        Assert.Contains("use engine bouncycastle", program.StandardError, StringComparison.Ordinal);
    }
}
