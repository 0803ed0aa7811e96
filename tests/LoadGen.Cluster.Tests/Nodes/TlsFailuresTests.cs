using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using LoadGen.Cluster.Nodes;
using LoadGen.TestServers.Certificates;
using LoadGen.TestServers.Processes;

namespace LoadGen.Cluster.Tests.Nodes;

public sealed class TlsFailuresTests
{
    [Fact]
    public async Task A_node_whose_connection_breaks_in_the_TLS_handshake_tries_again()
    {
        using var authority = new TestAuthority();
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        await using var node = ClusterNode.Start(OptionsOf(authority, listener, TimeSpan.FromSeconds(60)));

        await BreakOneAsync(listener);
        await BreakOneAsync(listener);

        Assert.False(node.Terminated.IsCompleted);
    }

    [Fact]
    public async Task A_node_that_gets_in_nowhere_still_ends_in_time()
    {
        using var authority = new TestAuthority();
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        await using var node = ClusterNode.Start(OptionsOf(authority, listener, TimeSpan.FromSeconds(2)));

        await BreakOneAsync(listener);

        await node.Terminated.WaitAsync(ChildProcess.Patience, TestContext.Current.CancellationToken);
        Assert.False(node.HasJoined);
    }

    private static NodeOptions OptionsOf(TestAuthority authority, TcpListener seed, TimeSpan joinWithin)
    {
        var files = authority.Good();
        var authorities = new X509Certificate2Collection();
        authorities.ImportFromPem(authority.Pem);
        return new NodeOptions
        {
            Roles = [NodeOptions.WorkerRole],
            Seeds = [seed.LocalEndpoint.ToString()!],
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
