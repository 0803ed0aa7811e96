using System.Text.RegularExpressions;
using LoadGen.Core.Runs;
using LoadGen.TestServers.Networks;
using LoadGen.TestServers.Processes;

namespace LoadGen.EndToEnd.Tests.Faults;

/// <summary>A coordinator or worker process of a <see cref="FaultCluster"/>.</summary>
/// <param name="Name">What the test calls it.</param>
/// <param name="Process">The process.</param>
/// <param name="Network">Its network; <see langword="null"/> if it shares that of the machine.</param>
/// <param name="Folder">Where it writes its partial result.</param>
internal sealed record FaultNode(string Name, ChildProcess Process, NodeNamespace? Network, DirectoryInfo Folder)
{
    public void Send(Signal signal) => Process.Send(signal);

    /// <summary>Waits until the run has come to a second of its load, as this coordinator tells it.</summary>
    public Task WaitForSecondAsync(int second) => Runs.WaitForSecondAsync(Process, second);

    /// <summary>Waits until it has ended by itself with one of the codes.</summary>
    public async Task<int> EndsWithAsync(params int[] codes)
    {
        var code = await Process.WaitForExitAsync(ChildProcess.Patience, TestContext.Current.CancellationToken);
        Assert.True(codes.Contains(code), $"{Name} ended with {code} and not with {string.Join(" or ", codes)}.\n{Said}");
        return code;
    }

    /// <summary>
    /// Waits until this coordinator has finished the run and found nothing to say against it. That the machine was busy is
    /// none of the faults that are tested here.
    /// </summary>
    public async Task FinishesAsync()
    {
        if (await EndsWithAsync(0, 12) == 12)
        {
            var result = ReadResult();
            Assert.Equal(result.Generator.Reasons, result.Run.Reasons);
        }
    }

    /// <summary>The result on its standard output, where it was told to write it.</summary>
    public RunResult ReadResult() => Runs.Parse(string.Join('\n', Process.StandardOutput), Said);

    /// <summary>Whether it wrote a result, complete or not.</summary>
    public bool HasResult => Process.StandardOutput.Count > 0;

    /// <summary>The result that it left because it lost its coordinator.</summary>
    public RunResult ReadPartialResult()
    {
        var file = Assert.Single(Folder.GetFiles());
        Assert.Contains($"-{Process.Id}", file.Name, StringComparison.Ordinal);
        using var stream = file.OpenRead();
        return RunResultJson.Read(stream);
    }

    /// <summary>What the result of the run says of this worker.</summary>
    public RunResult.WorkerPart PartOf(RunResult result) => Assert.Single(result.Workers, IsThis);

    /// <summary>What the result of the run says of all other workers.</summary>
    public IEnumerable<RunResult.WorkerPart> OthersOf(RunResult result) => result.Workers.Where(worker => !IsThis(worker));

    private string Said => $"standard error of {Name} was:\n{string.Join('\n', Process.StandardError)}";

    // A worker's name is its host, its process and perhaps more, with dashes between.
    private bool IsThis(RunResult.WorkerPart worker) => Regex.IsMatch(worker.Id, $"-{Process.Id}(-|$)");
}
