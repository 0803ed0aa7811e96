using LoadGen.Cluster.Worker;
using LoadGen.Core.Runs;
using LoadGen.Running;
using LoadGen.Running.Outputs;

namespace LoadGen.Tests.Running.Outputs;

/// <summary>What one worker keeps when its coordinator was lost.</summary>
public sealed class PartialResultTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("loadgen-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void What_a_worker_counted_is_an_aborted_result_named_by_run_and_worker()
    {
        var results = Path.Combine(_folder.FullName, "not", "there", "yet");

        PartialResult.Write(Abandoned(completed: 40), new ResultFolder(results));

        var result = Read(Path.Combine(results, "run-1.worker-2.partial.json"));
        Assert.Equal(("run-1", "aborted"), (result.Run.Id, result.Run.Verdict));
        Assert.Equal("the coordinator was lost", result.Run.Reasons[0]);
        Assert.Equal(new RunResult.BooksPart(40, 40, 0, 0, 0), result.Books);
        Assert.Equal("worker-2", Assert.Single(result.Workers).Id);
        Assert.Equal(["native"], result.Run.Crypto);
    }

    [Fact]
    public void What_cannot_go_where_it_should_is_kept_elsewhere()
    {
        var file = Path.Combine(_folder.FullName, "file");
        File.WriteAllText(file, "");

        PartialResult.Write(Abandoned(completed: 40) with { RunId = "run-2" }, new ResultFolder(file));

        var kept = Path.Combine(Environment.CurrentDirectory, "run-2.worker-2.partial.json");
        Assert.Equal(40, Read(kept).Books.Completed);
        File.Delete(kept);
    }

    private static AbandonedRun Abandoned(int completed)
        => new("run-1", "worker-2", Records.PlanOf(), DateTimeOffset.UnixEpoch, Records.TallyOf(completed), Records.Usage, "native");

    private static RunResult Read(string path)
    {
        using var file = File.OpenRead(path);
        return RunResultJson.Read(file);
    }
}
