using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using LoadGen.Cluster.Nodes;
using LoadGen.TestServers.Certificates;
using LoadGen.TestServers.Processes;
using LoadGen.TestServers.Servers;

namespace LoadGen.Cluster.Tests.Nodes.Links;

public sealed class NodeTransportTests
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

    [Fact]
    public async Task A_crowd_that_says_nothing_is_turned_away_and_a_node_joins_through_it()
    {
        const int many = 300;
        using var authority = new TestAuthority();
        var port = FreePort.Take();
        var options = WorkerOf(authority, port, TimeSpan.FromSeconds(60));
        await using var coordinator = ClusterNode.Start(options with { Roles = [NodeOptions.CoordinatorRole], ListenPort = port, Seeds = [] });
        var crowd = new List<Socket>();
        for (var i = 0; i < many; i++)
        {
            crowd.Add(new Socket(SocketType.Stream, ProtocolType.Tcp));
            await crowd[^1].ConnectAsync(IPAddress.Loopback, port, TestContext.Current.CancellationToken);
        }

        await using var node = ClusterNode.Start(options);
        await node.Joined.WaitAsync(ChildProcess.Patience, TestContext.Current.CancellationToken);

        // The last ones too, when their time is over.
        await Task.WhenAll(crowd.Select(EndAsync)).WaitAsync(ChildProcess.Patience, TestContext.Current.CancellationToken);
        crowd.ForEach(one => one.Dispose());
    }

    [Fact]
    public async Task A_node_that_knows_another_secret_does_not_get_in()
    {
        var port = FreePort.Take();
        var (ours, theirs) = (NodeIdentity.Of(NodeIdentity.NewSecret()), NodeIdentity.Of(NodeIdentity.NewSecret()));
        await using var coordinator = ClusterNode.Start(new NodeOptions { Roles = [NodeOptions.CoordinatorRole], ListenPort = port, Identity = () => ours });
        var worker = new NodeOptions { Roles = [NodeOptions.WorkerRole], Seeds = [$"127.0.0.1:{port}"], JoinWithin = TimeSpan.FromSeconds(2) };

        await using var stranger = ClusterNode.Start(worker with { Identity = () => theirs });
        await using var open = ClusterNode.Start(worker);
        await Task.WhenAll(stranger.Terminated, open.Terminated).WaitAsync(ChildProcess.Patience, TestContext.Current.CancellationToken);
        await using var node = ClusterNode.Start(worker with { Identity = () => ours, JoinWithin = TimeSpan.FromSeconds(60) });
        await node.Joined.WaitAsync(ChildProcess.Patience, TestContext.Current.CancellationToken);

        Assert.False(stranger.Joined.IsCompleted);
        Assert.False(open.Joined.IsCompleted);
    }

    private static async Task EndAsync(Socket one)
    {
        try
        {
            Assert.Equal(0, await one.ReceiveAsync(new byte[1]));
        }
        catch (SocketException)
        {
            // Reset: as good as closed.
        }
    }

    private static NodeOptions WorkerOf(TestAuthority authority, int seed, TimeSpan joinWithin)
    {
        var files = authority.Good();
        var authorities = new X509Certificate2Collection();
        authorities.ImportFromPem(authority.Pem);
        var identity = new NodeIdentity(X509Certificate2.CreateFromPemFile(files.ChainPath, files.KeyPath), authorities);
        return new NodeOptions
        {
            Roles = [NodeOptions.WorkerRole],
            Seeds = [$"127.0.0.1:{seed}"],
            JoinWithin = joinWithin,
            Identity = () => identity,
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
