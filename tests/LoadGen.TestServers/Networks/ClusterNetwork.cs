using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using LoadGen.TestServers.Processes;

namespace LoadGen.TestServers.Networks;

/// <summary>
/// A network that exists for one test: namespaces on a bridge that is in a namespace as well, so that nothing of it shows on
/// the machine and its addresses can be the same every time. Gone with <see cref="DisposeAsync"/>, or with the test run.
/// </summary>
public sealed class ClusterNetwork : IAsyncDisposable
{
    private static readonly ConcurrentDictionary<string, bool> Existing = new();
    private static int _networks;

    private readonly string _prefix = $"loadgen-{Environment.ProcessId}-{Interlocked.Increment(ref _networks)}";
    private readonly List<string> _namespaces = [];
    private int _nodes;

    static ClusterNetwork() => AppDomain.CurrentDomain.ProcessExit += (_, _) =>
    {
        foreach (var name in Existing.Keys)
        {
            using var deletion = Process.Start("ip", ["netns", "delete", name]);
            deletion.WaitForExit();
        }
    };

    private ClusterNetwork()
    {
    }

    private string Hub => $"{_prefix}-hub";

    /// <summary>Makes a network without nodes.</summary>
    public static async Task<ClusterNetwork> CreateAsync()
    {
        RealServers.RequireNetworkNamespaces();
        var network = new ClusterNetwork();
        try
        {
            await network.AddNamespaceAsync(network.Hub);
            await IpAsync("-n", network.Hub, "link", "add", "bridge", "type", "bridge");
            await IpAsync("-n", network.Hub, "link", "set", "bridge", "up");
            return network;
        }
        catch
        {
            await network.DisposeAsync();
            throw;
        }
    }

    /// <summary>Adds a node that reaches all others, and nothing else.</summary>
    public async Task<NodeNamespace> AddNodeAsync()
    {
        var number = ++_nodes;
        var node = new NodeNamespace($"{_prefix}-{number}", IPAddress.Parse($"10.231.7.{number}"));
        await AddNamespaceAsync(node.Name);
        await IpAsync("link", "add", "uplink", "netns", node.Name, "type", "veth", "peer", "name", $"node{number}", "netns", Hub);
        await IpAsync("-n", Hub, "link", "set", $"node{number}", "master", "bridge", "up");
        await IpAsync("-n", node.Name, "address", "add", $"{node.Address}/24", "dev", "uplink");
        await IpAsync("-n", node.Name, "link", "set", "uplink", "up");
        await IpAsync("-n", node.Name, "link", "set", "lo", "up");
        return node;
    }

    /// <summary>Deletes every namespace; what runs in one keeps it until it ends.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var name in _namespaces)
        {
            await IpAsync("netns", "delete", name);
            Existing.TryRemove(name, out _);
        }
    }

    private async Task AddNamespaceAsync(string name)
    {
        await IpAsync("netns", "add", name);
        _namespaces.Add(name);
        Existing[name] = true;
    }

    private static Task IpAsync(params string[] arguments) => SystemCommand.RunAsync("ip", arguments);
}
