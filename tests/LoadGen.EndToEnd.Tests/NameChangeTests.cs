using System.Net;
using LoadGen.TestServers.Networks;
using LoadGen.TestServers.Processes;
using LoadGen.TestServers.Programs;

namespace LoadGen.EndToEnd.Tests;

/// <summary>A name that moves to another address during a run is followed once its time to live is over.</summary>
public sealed class NameChangeTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("loadgen-names-");
    private DirectoryInfo? _settings;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string Names => Path.Combine(_folder.FullName, "names");

    public void Dispose()
    {
        _settings?.Delete(recursive: true);
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task The_time_to_live_decides_when_a_name_is_resolved_again()
    {
        await using var network = await ClusterNetwork.CreateAsync();
        var machine = await network.AddNodeAsync();
        await File.WriteAllTextAsync(Names, "127.0.0.1 gateway.test\n", Cancellation);
        // What `ip netns exec` shows in the place of /etc/resolv.conf.
        _settings = Directory.CreateDirectory($"/etc/netns/{machine.Name}");
        await File.WriteAllTextAsync(Path.Combine(_settings.FullName, "resolv.conf"), $"nameserver {machine.Address}\n", Cancellation);
        await using var dns = machine.Start(
            RealServers.Require("dnsmasq"),
            [
                "--keep-in-foreground", "--conf-file=/dev/null", "--pid-file=", "--user=root", "--log-facility=-", "--no-resolv", "--no-hosts", "--cache-size=0",
                "--local-ttl=1", "--local=/test/", $"--addn-hosts={Names}", $"--listen-address={machine.Address}", "--bind-interfaces",
            ]);
        await dns.WaitForLineAsync($"read {Names}", Cancellation);
        await using var target = LoadGenProgram.StartIn(machine, ["target", "--listen", "0.0.0.0:8443"]);
        await target.WaitForLineAsync("listening", Cancellation);

        await using var run = LoadGenProgram.StartIn(machine, ["run", "--target", "gateway.test:8443", "--insecure", "--rate", "20", "--duration", "8s", "--json", "-"]);
        await Runs.WaitForSecondAsync(run, 1);
        await File.WriteAllTextAsync(Names, "127.0.0.2 gateway.test\n", Cancellation);
        dns.Send(Signal.HangUp);
        await run.WaitForExitAsync(ChildProcess.Patience, Cancellation);

        var result = Runs.Parse(string.Join('\n', run.StandardOutput), string.Join('\n', run.StandardError));
        Assert.Equal((160, 0), (result.Books.Completed, result.Books.Failed));
        Assert.Equal([$"{IPAddress.Loopback}:8443", "127.0.0.2:8443"], result.Targets[0].Addresses.Select(address => address.Address));
        Assert.All(result.Targets[0].Addresses, address => Assert.True(address.Books.Completed > 0));
    }
}
