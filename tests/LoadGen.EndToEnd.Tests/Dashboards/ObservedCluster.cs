using LoadGen.Core.Runs;
using LoadGen.TestServers.Processes;
using LoadGen.TestServers.Programs;
using LoadGen.TestServers.Servers;

namespace LoadGen.EndToEnd.Tests.Dashboards;

/// <summary>A coordinator and two workers, each with its metrics on a port that is known before.</summary>
internal sealed class ObservedCluster : IAsyncDisposable
{
    private readonly string _seed = $"127.0.0.1:{FreePort.Take()}";
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("loadgen-");
    private ChildProcess? _coordinator;

    /// <summary>Where the coordinator's metrics are.</summary>
    public string CoordinatorInstance { get; } = $"127.0.0.1:{FreePort.Take()}";

    /// <summary>Where the workers' metrics are.</summary>
    public IReadOnlyList<string> WorkerInstances { get; } = [$"127.0.0.1:{FreePort.Take()}", $"127.0.0.1:{FreePort.Take()}"];

    public IEnumerable<string> Instances => [CoordinatorInstance, .. WorkerInstances];

    public ChildProcess Coordinator => _coordinator!;

    public List<ChildProcess> Workers { get; } = [];

    public async Task StartAsync(string plan)
    {
        var path = Path.Combine(_folder.FullName, "plan.yaml");
        await File.WriteAllTextAsync(path, plan);
        _coordinator = LoadGenProgram.Start(
            ["coordinator", path, "--listen", _seed, "--min-workers", "2", "--http", CoordinatorInstance, "--linger", "60s", "--json", "-"]);
        Workers.AddRange(WorkerInstances.Select(instance => LoadGenProgram.Start(["worker", "--seed", _seed, "--http", instance, "--linger", "60s"])));
    }

    /// <summary>Waits until the result is out; the processes stay, with their final metrics.</summary>
    public Task WaitForResultAsync() => Coordinator.WaitForLineAsync("\"intervals\"", TestContext.Current.CancellationToken);

    /// <summary>Ends the processes that are there, and takes the result.</summary>
    public async Task<RunResult> FinishAsync()
    {
        Coordinator.Send(Signal.Interrupt);
        await Coordinator.WaitForExitAsync(ChildProcess.Patience, TestContext.Current.CancellationToken);
        return Runs.Parse(string.Join('\n', Coordinator.StandardOutput), string.Join('\n', Coordinator.StandardError));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var worker in Workers)
        {
            await worker.DisposeAsync();
        }

        if (_coordinator is not null)
        {
            await _coordinator.DisposeAsync();
        }

        _folder.Delete(recursive: true);
    }
}
