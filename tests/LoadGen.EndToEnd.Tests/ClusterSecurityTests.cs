using System.Runtime.Versioning;
using LoadGen.Core.Runs;
using LoadGen.TargetServer;
using LoadGen.TestServers.Certificates;
using LoadGen.TestServers.Processes;
using LoadGen.TestServers.Programs;
using LoadGen.TestServers.Servers;

namespace LoadGen.EndToEnd.Tests;

[SupportedOSPlatform("linux")]
public sealed class ClusterSecurityTests : IDisposable
{
    private const int Handshakes = 200;
    private const string Refused = "rejected 127.0.0.1 as a node: its certificate (CN=localhost) is not signed by the authority of this cluster";

    private readonly TestAuthority _authority = new();
    private readonly TestAuthority _strangers = new();
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("loadgen-");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _authority.Dispose();
        _strangers.Dispose();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task A_coordinator_and_two_workers_with_certificates_of_one_authority_do_a_run()
    {
        await using var target = await BuiltInTargetProcess.StartAsync();
        var port = FreePort.Take();
        // All addresses, as on a real host: certificates make it possible.
        await using var coordinator = LoadGenProgram.Start(
        [
            .. Coordinator(target, 2), "--listen", $"0.0.0.0:{port}", "--advertise", "127.0.0.1", "--cluster-id", "nightly-42",
            .. Identity(_authority.Good()),
        ]);
        string[] worker = ["worker", "--seed", $"127.0.0.1:{port}", "--cluster-id", "nightly-42"];
        await using var one = LoadGenProgram.Start([.. worker, .. Identity(_authority.Good())]);
        await using var other = LoadGenProgram.Start([.. worker, .. Identity(_authority.Client())]);

        var result = await CompletesAsync(coordinator);
        Assert.True(await one.WaitForExitAsync(ChildProcess.Patience, Cancellation) is 0 or 12);
        Assert.True(await other.WaitForExitAsync(ChildProcess.Patience, Cancellation) is 0 or 12);
        Assert.Equal(2, result.Workers.Count);
    }

    [Theory]
    [InlineData("a certificate of another authority", Refused)]
    [InlineData("a secret", "rejected 127.0.0.1 as a node: its certificate (CN=loadgen) is not signed by the authority of this cluster")]
    [InlineData("no TLS", "rejected a connection from 127.0.0.1: it is not TLS")]
    [InlineData("another cluster id", "the sender uses another --cluster-id or --seed address")]
    public async Task A_stranger_stays_out_while_the_run_goes_on(string stranger, string said)
    {
        await using var target = await BuiltInTargetProcess.StartAsync();
        var port = FreePort.Take();
        var address = $"127.0.0.1:{port}";
        await using var coordinator = LoadGenProgram.Start([.. Coordinator(target, 1), "--listen", address, .. Identity(_authority.Good())]);
        await coordinator.WaitForLineAsync("waiting for workers", Cancellation);
        await using var refused = LoadGenProgram.Start(["worker", "--seed", address, "--start-deadline", "8s", .. StrangerFlags(stranger)]);
        await coordinator.WaitForLineAsync(said, Cancellation);
        await using var welcome = LoadGenProgram.Start(["worker", "--seed", address, .. Identity(_authority.Good())]);

        var result = await CompletesAsync(coordinator);
        Assert.True(await welcome.WaitForExitAsync(ChildProcess.Patience, Cancellation) is 0 or 12);
        Assert.Equal(13, await refused.WaitForExitAsync(ChildProcess.Patience, Cancellation));
        Assert.Single(result.Workers);
        Assert.Single(coordinator.StandardError, line => line.Contains(said, StringComparison.Ordinal));
        Assert.Contains("--cluster-id", refused.StandardError[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_worker_joins_no_coordinator_of_another_authority()
    {
        var port = FreePort.Take();
        var address = $"127.0.0.1:{port}";
        await using var coordinator = LoadGenProgram.Start(
            ["coordinator", "--target", "127.0.0.1:1", "--count", "1", "--listen", address, .. Identity(_strangers.Good(), _strangers.PemPath)]);
        await coordinator.WaitForLineAsync("waiting for workers", Cancellation);

        var worker = await LoadGenProgram.RunAsync(
            ["worker", "--seed", address, "--start-deadline", "2s", .. Identity(_authority.Good())], cancellation: Cancellation);

        Assert.Equal(13, worker.ExitCode);
        Assert.Contains("its certificate (CN=localhost) is not signed by the authority of this cluster", worker.StandardError, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nobody_without_a_certificate_is_listened_to_and_nobody_with_one_makes_types()
    {
        var port = FreePort.Take();
        await using var coordinator = LoadGenProgram.Start(
            ["coordinator", "--target", "127.0.0.1:1", "--count", "1", "--listen", $"127.0.0.1:{port}", .. Identity(_authority.Good())]);
        await coordinator.WaitForLineAsync("waiting for workers", Cancellation);

        Assert.Null(await RawPeer.AssociateAsync(port, certificate: null, Cancellation));
        Assert.Null(await RawPeer.AssociateAsync(port, _strangers.Good(), Cancellation));
        Assert.Null(await RawPeer.AssociateAsync(port, _authority.Expired(), Cancellation));

        // The same bytes are answered where the certificate is good, so that it is the certificate that made the difference.
        using var insider = await RawPeer.AssociateAsync(port, _authority.Good(), Cancellation);
        Assert.NotNull(insider);
        const string type = "System.IO.FileInfo, System.Private.CoreLib";
        var json = $$"""{ "$type": "{{type}}", "fileName": "/" }""";
        await insider.SendAsync(AkkaFrames.Json($"akka.ssl.tcp://loadgen@127.0.0.1:{port}/system/cluster", json, type), Cancellation);
        await coordinator.WaitForLineAsync($"rejected a message from another node: it names the type '{type}'", Cancellation);
        await insider.SendAsync(AkkaFrames.PoisonPill($"akka.ssl.tcp://loadgen@127.0.0.1:{port}/user/coordinator"), Cancellation);
        await coordinator.WaitForLineAsync("rejected a message 'PP' from another node", Cancellation);
    }

    [Fact]
    public async Task Keys_are_not_sent_where_anyone_can_join()
    {
        var client = _authority.Client();
        string[] plan = ["--target", "127.0.0.1:1", "--count", "1", "--cert", client.ChainPath, "--key", client.KeyPath];
        var coordinator = await LoadGenProgram.RunAsync(
            ["coordinator", "--listen", "127.0.0.1:0", "--start-deadline", "1s", "--insecure-cluster", .. plan], cancellation: Cancellation);

        Assert.Equal(2, coordinator.ExitCode);
        Assert.Contains("has a private or pre-shared key, and with --insecure-cluster anyone can join and be sent it", coordinator.StandardError, StringComparison.Ordinal);

        await using var waiting = LoadGenProgram.Start(["coordinator", "--listen", "127.0.0.1:0", "--http", "127.0.0.1:0", "--insecure-cluster"]);
        var line = await waiting.WaitForLineAsync("accepting plans at ", Cancellation);
        var submitted = await LoadGenProgram.RunAsync(["submit", "--to", line.Split(' ', ';').First(word => word.StartsWith("http", StringComparison.Ordinal)), .. plan], cancellation: Cancellation);

        Assert.Equal(2, submitted.ExitCode);
        Assert.Contains("and with --insecure-cluster anyone can join", submitted.StandardError, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("not only loopback", "--insecure-cluster")]
    [InlineData("a part of the flags", "--node-key and --node-ca belong together")]
    [InlineData("a missing file", "--node-cert: /nowhere/cert.pem cannot be read")]
    [InlineData("no certificate", "--node-cert: ")]
    [InlineData("another key", "--node-key: ")]
    [InlineData("expired", "expired on")]
    [InlineData("another authority", "the authority that signed it")]
    [InlineData("an id that is none", "--cluster-id: 'a/b' is not an id")]
    [InlineData("two ways to prove", "give one of them")]
    [InlineData("a seed elsewhere", "--seed: 10.0.0.5 is not on loopback")]
    [InlineData("a secret that all can read", "make it private with chmod 600")]
    [InlineData("no secret", "is not a node secret")]
    [InlineData("a secret that cannot be made", "--node-secret: /proc/none/secret cannot be read or made")]
    public async Task What_cannot_work_is_told_before_anything_is_bound(string what, string said)
    {
        var (good, rsa) = (_authority.Good(), _authority.Good(KeyKind.Rsa2048));
        string[] flags = what switch
        {
            "not only loopback" => ["--listen", "0.0.0.0:0"],
            "a part of the flags" => ["--node-cert", good.ChainPath],
            "a missing file" => Identity(good with { ChainPath = "/nowhere/cert.pem" }),
            "no certificate" => Identity(good with { ChainPath = good.KeyPath }),
            "another key" => Identity(good with { KeyPath = rsa.KeyPath }),
            "expired" => Identity(_authority.Expired()),
            "another authority" => Identity(_strangers.Good()),
            "two ways to prove" => ["--node-secret", good.KeyPath, "--insecure-cluster"],
            "a seed elsewhere" => ["--seed", "10.0.0.5:4053"],
            "a secret that all can read" => ["--node-secret", FileOf("open.pem", UnixFileMode.UserRead | UnixFileMode.OtherRead)],
            "no secret" => ["--node-secret", FileOf("empty.pem", UnixFileMode.UserRead)],
            "a secret that cannot be made" => ["--node-secret", "/proc/none/secret"],
            _ => ["--cluster-id", "a/b"],
        };

        var worker = await LoadGenProgram.RunAsync(["worker", "--start-deadline", "1s", .. flags], cancellation: Cancellation);

        Assert.Equal(2, worker.ExitCode);
        Assert.Contains(said, worker.StandardError, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', worker.StandardError);
    }

    [Fact]
    public async Task Without_TLS_on_purpose_costs_one_warning()
    {
        var worker = await LoadGenProgram.RunAsync(
            ["worker", "--seed", "127.0.0.1:1", "--start-deadline", "1s", "--listen", "0.0.0.0:0", "--advertise", "127.0.0.1", "--insecure-cluster"],
            cancellation: Cancellation);

        Assert.Equal(13, worker.ExitCode);
        Assert.Single(worker.StandardError.Split('\n'), line => line.StartsWith("loadgen: warning: --insecure-cluster: ", StringComparison.Ordinal));
    }

    // Whether a busy machine was the limit is not the question here.
    internal static async Task<RunResult> CompletesAsync(ChildProcess coordinator)
    {
        var exitCode = await coordinator.WaitForExitAsync(ChildProcess.Patience, Cancellation);
        var said = string.Join('\n', coordinator.StandardError);
        Assert.True(exitCode is 0 or 12, said);
        var result = Runs.Parse(string.Join('\n', coordinator.StandardOutput), said);
        Assert.Equal(Handshakes, result.Books.Completed);
        return result;
    }

    internal static string[] Coordinator(BuiltInTargetProcess target, int workers) =>
    [
        "coordinator", "--min-workers", $"{workers}", "--target", target.Address, "--cacert", target.AuthorityPath,
        "--concurrency", "4", "--count", $"{Handshakes}", "--json", "-",
    ];

    private string[] StrangerFlags(string stranger) => stranger switch
    {
        "a secret" => [],
        "no TLS" => ["--insecure-cluster"],
        "another cluster id" => [.. Identity(_authority.Good()), "--cluster-id", "other"],
        // It believes the coordinator, so that it is the coordinator that refuses.
        _ => Identity(_strangers.Good(), BothAuthorities()),
    };

    private string FileOf(string name, UnixFileMode mode)
    {
        var path = Path.Combine(_folder.FullName, name);
        File.WriteAllText(path, "");
        File.SetUnixFileMode(path, mode);
        return path;
    }

    private string BothAuthorities()
    {
        var path = Path.Combine(Path.GetDirectoryName(_strangers.PemPath)!, "both.pem");
        File.WriteAllText(path, _strangers.Pem + "\n" + _authority.Pem);
        return path;
    }

    private string[] Identity(CertificateFiles files, string? authorities = null)
        => ["--node-cert", files.ChainPath, "--node-key", files.KeyPath, "--node-ca", authorities ?? _authority.PemPath];
}
