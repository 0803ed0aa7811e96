using LoadGen.Core.Runs;
using LoadGen.TestServers.Certificates;
using LoadGen.TestServers.Networks;
using LoadGen.TestServers.Processes;
using LoadGen.TestServers.Programs;

namespace LoadGen.EndToEnd.Tests;

/// <summary>On a machine with a hundred local ports that stay in TIME_WAIT: each source address has all of them.</summary>
public sealed class PortTests : IDisposable
{
    private const string Plan = """
        targets: [ { name: t, address: "127.0.0.1:8443" } ]
        load: { connections: 2, count: 600 }
        sources: [ 127.0.0.11, 127.0.0.12, 127.0.0.13, 127.0.0.14, 127.0.0.15, 127.0.0.16, 127.0.0.17, 127.0.0.18 ]
        close: fin
        """;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("loadgen-ports-");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Each_source_address_has_all_ports_for_itself()
    {
        await using var network = await ClusterNetwork.CreateAsync();
        var machine = await network.AddNodeAsync();
        await using (var limits = machine.Start("sysctl", ["-w", "net.ipv4.ip_local_port_range=40000 40099", "net.ipv4.tcp_tw_reuse=0"]))
        {
            Assert.Equal(0, await limits.WaitForExitAsync(ChildProcess.Patience, Cancellation));
        }

        // It waits for a request, and sends nothing when the client closes: an answer to a closed socket would free its port.
        using var authority = new TestAuthority();
        var certificate = authority.Good();
        var settings = Path.Combine(_folder.FullName, "nginx.conf");
        await File.WriteAllTextAsync(settings, $$"""
            daemon off;
            pid {{_folder.FullName}}/nginx.pid;
            error_log stderr notice;
            events { }
            http {
              access_log off;
              server {
                listen 127.0.0.1:8443 ssl;
                ssl_certificate {{certificate.ChainPath}};
                ssl_certificate_key {{certificate.KeyPath}};
              }
            }
            """, Cancellation);
        await using var server = machine.Start(RealServers.Require("nginx"), ["-p", _folder.FullName, "-c", settings, "-e", "stderr"]);
        await server.WaitForLineAsync("start worker process ", Cancellation);

        // Once the ports of 127.0.0.1 are used up, no program can listen on one of them.
        var spread = await RunAsync(machine, "--source", string.Join(',', Enumerable.Range(11, 8).Select(n => $"127.0.0.{n}")));
        var alone = await RunAsync(machine);
        using var plan = new TemporaryFile(Plan);
        await using var check = LoadGenProgram.StartIn(machine, ["check", plan.Path]);
        await check.WaitForExitAsync(ChildProcess.Patience, Cancellation);

        Assert.NotEmpty(alone.Failures);
        Assert.All(alone.Failures, failure => Assert.Equal(("ports_exhausted", "generator"), (failure.Kind, failure.Side)));
        Assert.Equal((600, 0), (spread.Books.Completed, spread.Books.Failed));
        Assert.Contains("100 local ports x 8 source addresses x 1 target address = 800 connections at once", string.Join('\n', check.StandardOutput), StringComparison.Ordinal);
    }

    // In TLS 1.2 the server's Finished is all that the client waits for before it closes.
    private static async Task<RunResult> RunAsync(NodeNamespace machine, params string[] more)
    {
        await using var run = LoadGenProgram.StartIn(
            machine, ["run", "--target", "127.0.0.1:8443", "--insecure", "--tls", "1.2", "--close", "fin", "--rate", "300", "--duration", "2s", "--json", "-", .. more]);
        await run.WaitForExitAsync(ChildProcess.Patience, Cancellation);
        return Runs.Parse(string.Join('\n', run.StandardOutput), string.Join('\n', run.StandardError));
    }
}
