using System.Net.Http.Headers;
using System.Text.Json;
using LoadGen.TestServers.Processes;
using LoadGen.TestServers.Programs;
using LoadGen.TestServers.Servers;

namespace LoadGen.EndToEnd.Tests.LivePages;

/// <summary>A coordinator with a plan and a live page, its target and its workers, as processes.</summary>
internal sealed class PageCluster : IAsyncDisposable
{
    private readonly BuiltInTargetProcess _target;
    private readonly ChildProcess _coordinator;
    private readonly List<ChildProcess> _workers = [];
    private readonly HttpClient _http;
    private readonly string _seed;
    private readonly int _expected;

    private PageCluster(BuiltInTargetProcess target, ChildProcess coordinator, Uri address, string seed, int expected, string? token)
    {
        _target = target;
        _coordinator = coordinator;
        Address = address;
        _seed = seed;
        _expected = expected;
        _http = new HttpClient { BaseAddress = address };
        _http.DefaultRequestHeaders.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
    }

    /// <summary>The live page's.</summary>
    public Uri Address { get; }

    public IReadOnlyList<ChildProcess> Workers => _workers;

    /// <summary>Starts target and coordinator. The page stays after the run, until this is disposed of.</summary>
    public static async Task<PageCluster> StartAsync(int workers, string[] arguments, string? token = null)
    {
        var target = await BuiltInTargetProcess.StartAsync();
        var seed = $"127.0.0.1:{FreePort.Take()}";
        var coordinator = LoadGenProgram.Start(
            [
                "coordinator", "--listen", seed, "--http", "127.0.0.1:0", "--linger", "10m", "--min-workers", $"{workers}",
                "--target", target.Address, "--servername", "localhost", "--cacert", target.AuthorityPath, .. arguments,
            ],
            new Dictionary<string, string?> { ["LOADGEN_TOKEN"] = token });
        var line = await coordinator.WaitForLineAsync("live page on ", TestContext.Current.CancellationToken);
        return new PageCluster(target, coordinator, new Uri(line[line.IndexOf("http", StringComparison.Ordinal)..].Trim()), seed, workers, token);
    }

    public async Task StartWorkersAsync()
    {
        await _coordinator.WaitForLineAsync("waiting for workers", TestContext.Current.CancellationToken);
        for (var i = 0; i < _expected; i++)
        {
            _workers.Add(LoadGenProgram.Start(["worker", "--seed", _seed]));
        }
    }

    /// <summary>What the API tells of the run.</summary>
    public async Task<JsonDocument> StatusAsync() => await GetAsync($"runs/{await IdAsync()}");

    public async Task<JsonDocument> ResultAsync() => await GetAsync($"runs/{await IdAsync()}/result");

    /// <summary>Ends a coordinator whose run is over.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> EndAsync()
    {
        _coordinator.Send(Signal.Terminate);
        return await _coordinator.WaitForExitAsync(ChildProcess.Patience, TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        foreach (var worker in _workers)
        {
            await worker.DisposeAsync();
        }

        await _coordinator.DisposeAsync();
        await _target.DisposeAsync();
    }

    private async Task<string> IdAsync()
    {
        using var runs = await GetAsync("runs");
        return runs.RootElement[0].GetProperty("id").GetString()!;
    }

    private async Task<JsonDocument> GetAsync(string path)
        => JsonDocument.Parse(await _http.GetStringAsync(path, TestContext.Current.CancellationToken));
}
