using System.Globalization;
using System.Net.Sockets;
using System.Runtime.Versioning;
using LoadGen.TestServers.Processes;
using LoadGen.TestServers.Programs;
using LoadGen.TestServers.Servers;

namespace LoadGen.EndToEnd.Tests;

/// <summary>Nodes without certificates: who gets in, and what those who do not get in can do to a run.</summary>
[SupportedOSPlatform("linux")]
public sealed class NodeSecretTests : IDisposable
{
    private readonly DirectoryInfo _homes = Directory.CreateTempSubdirectory("loadgen-");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _homes.Delete(recursive: true);

    [Fact]
    public async Task A_coordinator_on_loopback_is_joined_by_its_own_user_alone()
    {
        await using var target = await BuiltInTargetProcess.StartAsync();
        var address = $"127.0.0.1:{FreePort.Take()}";
        await using var coordinator = LoadGenProgram.Start([.. ClusterSecurityTests.Coordinator(target, 1), "--listen", address], HomeOf("one"));
        await coordinator.WaitForLineAsync("waiting for workers", Cancellation);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(SecretOf("one")));

        // Another user's files are another user's secret; who has none and talks without TLS is heard no more than that.
        await using var other = LoadGenProgram.Start(["worker", "--seed", address, "--start-deadline", "3s"], HomeOf("other"));
        await using var open = LoadGenProgram.Start(["worker", "--seed", address, "--start-deadline", "3s", "--insecure-cluster"], HomeOf("other"));
        Assert.Equal(13, await other.WaitForExitAsync(ChildProcess.Patience, Cancellation));
        Assert.Equal(13, await open.WaitForExitAsync(ChildProcess.Patience, Cancellation));
        Assert.Contains("started by the same user, or with the same --node-secret", other.StandardError[^1], StringComparison.Ordinal);
        Assert.Null(await RawPeer.AssociateAsync(int.Parse(address.Split(':')[1], CultureInfo.InvariantCulture), certificate: null, Cancellation));
        await using var welcome = LoadGenProgram.Start(["worker", "--seed", address], HomeOf("one"));

        Assert.Single((await ClusterSecurityTests.CompletesAsync(coordinator)).Workers);
    }

    [Fact]
    public async Task Nodes_of_several_users_meet_by_a_secret_that_they_are_given()
    {
        await using var target = await BuiltInTargetProcess.StartAsync();
        var address = $"127.0.0.1:{FreePort.Take()}";
        var shared = Path.Combine(_homes.FullName, "shared.pem");
        // The worker comes first, makes the secret, and waits.
        await using var worker = LoadGenProgram.Start(["worker", "--seed", address, "--node-secret", shared], HomeOf("other"));
        await using var coordinator = LoadGenProgram.Start([.. ClusterSecurityTests.Coordinator(target, 1), "--listen", address, "--node-secret", shared], HomeOf("one"));

        Assert.Single((await ClusterSecurityTests.CompletesAsync(coordinator)).Workers);
    }

    [Fact]
    public async Task A_secret_that_is_deleted_under_way_is_written_again_for_those_who_come_later()
    {
        await using var target = await BuiltInTargetProcess.StartAsync();
        var address = $"127.0.0.1:{FreePort.Take()}";
        await using var coordinator = LoadGenProgram.Start([.. ClusterSecurityTests.Coordinator(target, 2), "--listen", address], HomeOf("one"));
        await coordinator.WaitForLineAsync("waiting for workers", Cancellation);
        File.Delete(SecretOf("one"));
        await using var one = LoadGenProgram.Start(["worker", "--seed", address], HomeOf("one"));
        await using var other = LoadGenProgram.Start(["worker", "--seed", address], HomeOf("one"));

        Assert.Equal(2, (await ClusterSecurityTests.CompletesAsync(coordinator)).Workers.Count);
    }

    [Theory]
    [InlineData(300, false)]
    [InlineData(512, true)]
    public async Task A_crowd_of_strangers_at_the_ports_of_a_coordinator_with_few_descriptors_does_not_stop_its_run(int descriptors, bool servesHttp)
    {
        await using var target = await BuiltInTargetProcess.StartAsync();
        var (port, http) = (FreePort.Take(), FreePort.Take());
        string[] flags = servesHttp ? ["--http", $"127.0.0.1:{http}", "--linger", "0s", "--token-file", FileOf("token", "secret")] : [];
        await using var coordinator = LoadGenProgram.StartWithDescriptors(
            descriptors, [.. ClusterSecurityTests.Coordinator(target, 2), "--listen", $"127.0.0.1:{port}", .. flags], HomeOf("one"));
        await coordinator.WaitForLineAsync("waiting for workers", Cancellation);
        string[] worker = ["worker", "--seed", $"127.0.0.1:{port}"];
        await using var before = LoadGenProgram.Start(worker, HomeOf("one"));

        using var atNode = await Crowd.GatherAsync(port, Cancellation);
        using var atHttp = servesHttp ? await Crowd.GatherAsync(http, Cancellation) : null;
        if (servesHttp)
        {
            using var client = new HttpClient { Timeout = ChildProcess.Patience };
            Assert.Equal("ok\n", await client.GetStringAsync($"http://127.0.0.1:{http}/healthz", Cancellation));
        }

        await using var after = LoadGenProgram.Start(worker, HomeOf("one"));

        Assert.Equal(2, (await ClusterSecurityTests.CompletesAsync(coordinator)).Workers.Count);
        Assert.True(await before.WaitForExitAsync(ChildProcess.Patience, Cancellation) is 0 or 12);
        Assert.True(await after.WaitForExitAsync(ChildProcess.Patience, Cancellation) is 0 or 12);
    }

    private Dictionary<string, string?> HomeOf(string user) => new() { ["XDG_DATA_HOME"] = Path.Combine(_homes.FullName, user) };

    private string SecretOf(string user) => Path.Combine(_homes.FullName, user, "loadgen", "node-secret.pem");

    private string FileOf(string name, string text)
    {
        var path = Path.Combine(_homes.FullName, name);
        File.WriteAllText(path, text);
        return path;
    }

    /// <summary>Connections that say nothing, opened again by no one when they are closed.</summary>
    private sealed class Crowd : IDisposable
    {
        private const int Many = 2000;

        private readonly List<Socket> _members = [];

        public static async Task<Crowd> GatherAsync(int port, CancellationToken cancellation)
        {
            var crowd = new Crowd();
            for (var i = 0; i < Many; i++)
            {
                crowd._members.Add(new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
                await crowd._members[^1].ConnectAsync("127.0.0.1", port, cancellation);
            }

            return crowd;
        }

        public void Dispose() => _members.ForEach(member => member.Dispose());
    }
}
