using LoadGen.TestServers.Processes;
using LoadGen.TestServers.Programs;
using LoadGen.TestServers.Servers;

namespace LoadGen.EndToEnd.Tests;

/// <summary>A coordinator without a plan, and its workers.</summary>
internal sealed class WaitingCoordinatorProcess : IAsyncDisposable
{
    public const string Token = "a-token-of-this-test";

    private readonly ChildProcess _coordinator;
    private readonly List<ChildProcess> _workers;

    private WaitingCoordinatorProcess(ChildProcess coordinator, List<ChildProcess> workers, Uri api, string address)
    {
        _coordinator = coordinator;
        _workers = workers;
        Api = api;
        Address = address;
    }

    /// <summary>What those who submit need.</summary>
    public static IReadOnlyDictionary<string, string?> Environment { get; } = new Dictionary<string, string?> { ["LOADGEN_TOKEN"] = Token };

    public Uri Api { get; }

    /// <summary>Where its node listens.</summary>
    public string Address { get; }

    public IReadOnlyList<ChildProcess> Workers => _workers;

    public ChildProcess Process => _coordinator;

    /// <summary>The verb and flags that submit a load against a target, without the load.</summary>
    public string[] SubmitTo(BuiltInTargetProcess target)
        => ["submit", "--to", Api.ToString(), "--target", target.Address, "--cacert", target.AuthorityPath];

    public static async Task<WaitingCoordinatorProcess> StartAsync(int workers, params string[] arguments)
    {
        var address = $"127.0.0.1:{FreePort.Take()}";
        var coordinator = LoadGenProgram.Start(
            ["coordinator", "--listen", address, "--http", "127.0.0.1:0", "--min-workers", $"{workers}", .. arguments], Environment);
        var line = await coordinator.WaitForLineAsync("accepting plans at ", TestContext.Current.CancellationToken);
        var api = new Uri(line.Split(' ')[3].TrimEnd(';'));
        return new WaitingCoordinatorProcess(coordinator, [.. Enumerable.Range(0, workers).Select(_ => LoadGenProgram.Start(["worker", "--seed", address]))], api, address);
    }

    /// <summary>Ends it in order; its workers must go with it.</summary>
    public async Task<int> EndAsync()
    {
        _coordinator.Send(Signal.Terminate);
        foreach (var worker in _workers)
        {
            Assert.Equal(0, await worker.WaitForExitAsync(ChildProcess.Patience, TestContext.Current.CancellationToken));
        }

        return await _coordinator.WaitForExitAsync(ChildProcess.Patience, TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var worker in _workers)
        {
            await worker.DisposeAsync();
        }

        await _coordinator.DisposeAsync();
    }
}
