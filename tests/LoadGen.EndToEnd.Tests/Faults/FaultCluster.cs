using LoadGen.Core.Runs;
using LoadGen.TestServers.Networks;
using LoadGen.TestServers.Processes;
using LoadGen.TestServers.Programs;
using LoadGen.TestServers.Servers;

namespace LoadGen.EndToEnd.Tests.Faults;

/// <summary>
/// Target, coordinator, perhaps a standby, and workers, as processes of one run, each in a network of its own if the test
/// wants that. Ends everything that it started, and sees to it that nothing is left.
/// </summary>
internal sealed class FaultCluster : IAsyncDisposable
{
    private readonly FaultOptions _options;
    private readonly ClusterNetwork? _network;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("loadgen-");
    private readonly ProcessMark _mark = new();
    private readonly List<FaultNode> _workers = [];
    private BuiltInTargetProcess? _target;
    private ConnectionLog? _connections;
    private readonly List<FaultNode> _coordinators = [];
    private FaultNode? _standby;
    private int _port;
    private string _address = "";

    private FaultCluster(FaultOptions options, ClusterNetwork? network)
    {
        _options = options;
        _network = network;
    }

    /// <summary>The coordinator, or the one that was started last.</summary>
    public FaultNode Coordinator => _coordinators[^1];

    public FaultNode Standby => _standby!;

    public IReadOnlyList<FaultNode> Workers => _workers;

    /// <summary>Who dials the target, and when; for isolated runs.</summary>
    public ConnectionLog Connections => _connections!;

    /// <summary>Starts everything. The load begins when all workers are ready.</summary>
    public static async Task<FaultCluster> StartAsync(FaultOptions options)
    {
        var cluster = new FaultCluster(options, options.Isolated ? await ClusterNetwork.CreateAsync() : null);
        try
        {
            await cluster.StartAsync();
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts one more worker.</summary>
    public async Task<FaultNode> AddWorkerAsync(IReadOnlyDictionary<string, string?>? environment = null)
    {
        var name = $"worker {_workers.Count + 1}";
        var folder = _folder.CreateSubdirectory(name.Replace(' ', '-'));
        var worker = await StartAsync(name, folder, network => ["worker", "--seed", _address, .. Listening(network, 0), "--out", folder.FullName], environment);
        _workers.Add(worker);
        return worker;
    }

    /// <summary>Starts a coordinator with the same order and the same address as any before it.</summary>
    public async Task<FaultNode> StartCoordinatorAsync()
    {
        _coordinators.Add(await StartAsync("coordinator", _folder, CoordinatorFlags));
        return Coordinator;
    }

    /// <summary>Neither hears the other any more.</summary>
    public static async Task PartAsync(FaultNode one, FaultNode other)
    {
        await one.Network!.StopHearingAsync(other.Network!);
        await other.Network!.StopHearingAsync(one.Network!);
    }

    /// <summary>All hear each other again.</summary>
    public static async Task HealAsync(params FaultNode[] nodes)
    {
        foreach (var node in nodes)
        {
            await node.Network!.HearAllAsync();
        }
    }

    /// <summary>Takes the result of a coordinator that has ended, and holds it against what the target counted.</summary>
    public async Task<RunResult> TakeResultAsync(FaultNode coordinator)
    {
        var result = coordinator.ReadResult();
        Runs.AssertBooksBalance(result);
        Assert.Equal(result.Books.Failed, result.Workers.Sum(worker => worker.Books.Failed));
        Assert.Equal(result.Books.Dropped, result.Workers.Sum(worker => worker.Books.Dropped));
        Assert.Equal(result.Books.Lost, result.Workers.Sum(worker => worker.Books.Lost));
        var counted = await StopTargetAsync();
        Assert.InRange(counted, result.Books.Completed, result.Books.Completed + result.Books.Lost);
        return result;
    }

    /// <summary>Ends the target.</summary>
    /// <returns>The handshakes that it completed.</returns>
    public async Task<long> StopTargetAsync()
    {
        var counts = await _target!.StopAsync();
        return counts.Full + counts.Resumed;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _workers.Concat(_coordinators).Append(_standby).OfType<FaultNode>())
        {
            await node.Process.DisposeAsync();
        }

        await (_connections?.DisposeAsync() ?? default);
        await (_target?.DisposeAsync() ?? default);
        await (_network?.DisposeAsync() ?? default);
        _folder.Delete(recursive: true);
        Assert.Empty(_mark.FindProcesses());
    }

    private async Task StartAsync()
    {
        var targetNetwork = await AddNetworkAsync();
        _target = await BuiltInTargetProcess.StartInAsync(targetNetwork, _mark.Environment);
        _connections = targetNetwork is null ? null : ConnectionLog.Of(targetNetwork, _target.Port);
        await StartCoordinatorAsync();
        if (_options.Standby)
        {
            _standby = await StartAsync(
                "standby", _folder, network => ["coordinator", "--standby", "--seed", _address, .. Listening(network, 0), "--json", "-"]);
        }

        for (var i = 0; i < _options.Workers; i++)
        {
            await AddWorkerAsync(i == 0 ? _options.FirstWorkerEnvironment : null);
        }
    }

    private string[] CoordinatorFlags(NodeNamespace? network)
    {
        _port = _port > 0 ? _port : FreePort.Take();
        _address = $"{network?.Address.ToString() ?? "127.0.0.1"}:{_port}";
        return
        [
            "coordinator", "--min-workers", $"{_options.Workers}", "--target", _target!.Address, "--servername", "localhost",
            "--cacert", _target.AuthorityPath, "--rate", $"{_options.Rate}", "--duration", $"{_options.Duration.TotalSeconds}s",
            "--json", "-", .. Listening(network, _port),
        ];
    }

    private string[] Listening(NodeNamespace? network, int port)
        => network is null ? ["--listen", $"127.0.0.1:{port}"] : ["--listen", $"{network.Address}:{port}", "--node-secret", Path.Combine(_folder.FullName, "node-secret.pem")];

    private async Task<FaultNode> StartAsync(
        string name, DirectoryInfo folder, Func<NodeNamespace?, string[]> command, IReadOnlyDictionary<string, string?>? environment = null)
    {
        var network = await AddNetworkAsync();
        string[] arguments = [.. command(network), .. _options.Lease is { } lease ? (string[])["--lease", $"{lease.TotalSeconds}s"] : []];
        var variables = _mark.Environment.Concat(environment ?? new Dictionary<string, string?>()).ToDictionary();
        var process = network is null ? LoadGenProgram.Start(arguments, variables) : LoadGenProgram.StartIn(network, arguments, variables);
        return new FaultNode(name, process, network, folder);
    }

    private async Task<NodeNamespace?> AddNetworkAsync() => _network is null ? null : await _network.AddNodeAsync();
}
