using System.Net;
using System.Net.Sockets;
using LoadGen.TestServers.Networks;

namespace LoadGen.EndToEnd.Tests.Faults;

/// <summary>What the other tests here stand on: a partition parts, on one side or both, and heals.</summary>
[Collection(nameof(Alone))]
public sealed class NetworkTests
{
    private static readonly TimeSpan Unheard = TimeSpan.FromMilliseconds(300);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Nodes_reach_each_other_but_not_across_a_partition_and_again_when_it_heals()
    {
        await using var network = await ClusterNetwork.CreateAsync();
        var (server, client, bystander) = (await network.AddNodeAsync(), await network.AddNodeAsync(), await network.AddNodeAsync());
        using var listener = server.Within(() => Listen(server.Address));
        var port = ((IPEndPoint)listener.LocalEndPoint!).Port;
        await using var log = ConnectionLog.Of(server, port);

        Assert.True(await ConnectsAsync(client, listener));
        await server.StopHearingAsync(client);
        Assert.False(await ConnectsAsync(client, listener));
        Assert.True(await ConnectsAsync(bystander, listener));
        await server.HearAllAsync();
        Assert.True(await ConnectsAsync(client, listener));
        await client.StopHearingAsync(server);
        Assert.False(await ConnectsAsync(client, listener));
        Assert.True(await ConnectsAsync(bystander, listener));

        Assert.Equal(2, log.From(bystander.Address).Count);
    }

    private static Socket Listen(IPAddress address)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(address, 0));
        socket.Listen();
        return socket;
    }

    private static async Task<bool> ConnectsAsync(NodeNamespace node, Socket listener)
    {
        using var socket = node.Within(() => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        patience.CancelAfter(Unheard);
        try
        {
            await socket.ConnectAsync(listener.LocalEndPoint!, patience.Token);
            return true;
        }
        catch (OperationCanceledException) when (!Cancellation.IsCancellationRequested)
        {
            return false;
        }
    }
}
