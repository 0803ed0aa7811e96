using System.Net;
using LoadGen.TestServers.Networks;
using LoadGen.TestServers.Processes;

namespace LoadGen.Deploy.Tests.ActedOut;

/// <summary>The name server of a cluster: names come and go with the pods, and one that nobody has does not exist.</summary>
internal sealed class ClusterDns : IAsyncDisposable
{
    private const string Domain = "cluster.local";

    private readonly Dictionary<string, IPAddress> _names = [];
    private readonly FileInfo _file;
    private readonly IPAddress _address;
    private readonly ChildProcess _server;

    private ClusterDns(FileInfo file, IPAddress address, ChildProcess server)
    {
        _file = file;
        _address = address;
        _server = server;
    }

    public static async Task<ClusterDns> StartAsync(NodeNamespace node, DirectoryInfo folder)
    {
        var file = new FileInfo(Path.Combine(folder.FullName, "names"));
        await File.WriteAllTextAsync(file.FullName, "", TestContext.Current.CancellationToken);
        // Every answer is fresh, as with a server that hears of each pod at once.
        var server = node.Start(
            RealServers.Require("dnsmasq"),
            [
                "--keep-in-foreground", "--conf-file=/dev/null", "--pid-file=", "--user=root", "--log-facility=-", "--no-resolv", "--no-hosts",
                "--cache-size=0", "--local-ttl=0", $"--local=/{Domain}/", $"--addn-hosts={file.FullName}", $"--listen-address={node.Address}", "--bind-interfaces",
            ]);
        await server.WaitForLineAsync($"read {file.FullName}", TestContext.Current.CancellationToken);
        return new ClusterDns(file, node.Address, server);
    }

    /// <summary>The resolv.conf that pods of a namespace have.</summary>
    public string ResolverOf(string clusterNamespace) => $"""
        nameserver {_address}
        search {clusterNamespace}.svc.{Domain} svc.{Domain} {Domain}
        options ndots:5

        """;

    /// <summary>The whole name of a pod behind a headless service.</summary>
    public static string NameOf(string pod, string service, string clusterNamespace) => $"{pod}.{service}.{clusterNamespace}.svc.{Domain}";

    /// <summary>The whole name of a service.</summary>
    public static string NameOf(string service, string clusterNamespace) => $"{service}.{clusterNamespace}.svc.{Domain}";

    /// <summary>From now on a name has an address, and no other.</summary>
    public async Task SetAsync(string name, IPAddress address)
    {
        _names[name] = address;
        await File.WriteAllLinesAsync(_file.FullName, _names.Select(pair => $"{pair.Value} {pair.Key}"), TestContext.Current.CancellationToken);
        var reads = _server.StandardError.Concat(_server.StandardOutput).Count(SaysThatItRead);
        _server.Send(Signal.HangUp);
        await _server.WaitForLinesAsync(SaysThatItRead, reads + 1, TestContext.Current.CancellationToken);
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private bool SaysThatItRead(string line) => line.Contains($"read {_file.FullName}", StringComparison.Ordinal);
}
