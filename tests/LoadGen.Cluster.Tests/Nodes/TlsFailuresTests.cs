using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using LoadGen.Cluster.Nodes;
using LoadGen.TestServers.Certificates;
using LoadGen.TestServers.Processes;
using LoadGen.TestServers.Servers;

namespace LoadGen.Cluster.Tests.Nodes;

public sealed class TlsFailuresTests
{
    [Fact]
    public async Task A_node_whose_connection_breaks_in_the_TLS_handshake_joins_later_and_leaves_in_order()
    {
        using var authority = new TestAuthority();
        var port = FreePort.Take();
        var listener = new TcpListener(IPAddress.Loopback, port);
        listener.Start();
        var node = ClusterNode.Start(WorkerOf(authority, port, TimeSpan.FromSeconds(60)));
        await BreakOneAsync(listener);
        listener.Stop();
        await using var coordinator = ClusterNode.Start(
            WorkerOf(authority, port, TimeSpan.FromSeconds(60)) with { Roles = [NodeOptions.CoordinatorRole], ListenPort = port, Seeds = [] });

        await node.Joined.WaitAsync(ChildProcess.Patience, TestContext.Current.CancellationToken);
        Assert.False(node.Terminated.IsCompleted);

        await node.DisposeAsync().AsTask().WaitAsync(ChildProcess.Patience, TestContext.Current.CancellationToken);
        Assert.True(node.Terminated.IsCompleted);
    }

    [Fact]
    public async Task A_node_that_gets_in_nowhere_still_ends_in_time()
    {
        using var authority = new TestAuthority();
        var port = FreePort.Take();
        using var listener = new TcpListener(IPAddress.Loopback, port);
        listener.Start();
        await using var node = ClusterNode.Start(WorkerOf(authority, port, TimeSpan.FromSeconds(2)));

        await BreakOneAsync(listener);

        await node.Terminated.WaitAsync(ChildProcess.Patience, TestContext.Current.CancellationToken);
        Assert.False(node.Joined.IsCompleted);
    }

    private static NodeOptions WorkerOf(TestAuthority authority, int seed, TimeSpan joinWithin)
    {
        var files = authority.Good();
        var authorities = new X509Certificate2Collection();
        authorities.ImportFromPem(authority.Pem);
        return new NodeOptions
        {
            Roles = [NodeOptions.WorkerRole],
            Seeds = [$"127.0.0.1:{seed}"],
            JoinWithin = joinWithin,
            Identity = new NodeIdentity(X509Certificate2.CreateFromPemFile(files.ChainPath, files.KeyPath), authorities),
        };
    }

    private static async Task BreakOneAsync(TcpListener listener)
    {
        using var patience = new CancellationTokenSource(ChildProcess.Patience);
        using var connection = await listener.AcceptTcpClientAsync(patience.Token);

        // Until ClientHello is here: it is the handshake that breaks, not the connecting.
        await connection.GetStream().ReadExactlyAsync(new byte[1], patience.Token);
    }
}
