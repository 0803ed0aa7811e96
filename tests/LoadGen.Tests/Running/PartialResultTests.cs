using LoadGen.Cluster.Worker;
using LoadGen.Core.Runs;
using LoadGen.Metrics;
using LoadGen.Running;

namespace LoadGen.Tests.Running;

/// <summary>Results on disk: whole ones, and what one worker keeps when its coordinator was lost.</summary>
public sealed class PartialResultTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("loadgen-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void What_a_worker_counted_is_an_aborted_result_named_by_run_and_worker()
    {
        var results = Path.Combine(_folder.FullName, "not", "there", "yet");

        PartialResult.Write(Abandoned(completed: 40), results);

        var result = Read(Path.Combine(results, "run-1.worker-2.partial.json"));
        Assert.Equal(("run-1", "aborted"), (result.Run.Id, result.Run.Verdict));
        Assert.Equal("the coordinator was lost", result.Run.Reasons[0]);
        Assert.Equal(new RunResult.BooksPart(40, 40, 0, 0, 0), result.Books);
        Assert.Equal("worker-2", Assert.Single(result.Workers).Id);
        Assert.Equal(["native"], result.Run.Crypto);
    }

    [Fact]
    public void A_result_is_written_to_the_file_that_was_asked_for_and_takes_the_place_of_what_was_there()
    {
        var path = Path.Combine(_folder.FullName, "result.json");
        File.WriteAllText(path, new string('x', 100_000));

        Assert.Null(ResultOutput.Write(ResultOf(Records.Of(completed: 7)), path));

        Assert.Equal(7, Read(path).Books.Completed);
    }

    [Fact]
    public void Where_nobody_asked_for_it_nothing_is_written()
    {
        Assert.Null(ResultOutput.Write(ResultOf(Records.Of()), destination: null));
        Assert.Empty(_folder.EnumerateFileSystemInfos());
    }

    [Fact]
    public void A_file_that_cannot_be_written_is_a_problem_that_names_the_flag()
        => Assert.StartsWith("--json: ", ResultOutput.Write(ResultOf(Records.Of()), Path.Combine(_folder.FullName, "missing", "result.json")), StringComparison.Ordinal);

    private static AbandonedRun Abandoned(int completed)
        => new("run-1", "worker-2", Records.PlanOf(), DateTimeOffset.UnixEpoch, Records.TallyOf(completed), Records.Usage, "native");

    private static RunResult ResultOf(RunRecord record) => FinishedRun.Of(record, new NodeMetrics()).Result;

    private static RunResult Read(string path)
    {
        using var file = File.OpenRead(path);
        return RunResultJson.Read(file);
    }
}
