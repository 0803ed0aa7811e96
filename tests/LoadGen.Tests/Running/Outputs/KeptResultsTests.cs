using LoadGen.Commands;
using LoadGen.Core.Runs;
using LoadGen.Running;
using LoadGen.Running.Outputs;

namespace LoadGen.Tests.Running.Outputs;

public sealed class KeptResultsTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("loadgen-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void What_is_kept_is_found_again_the_latest_first()
    {
        var kept = new KeptResults(Path.Combine(_folder.FullName, "results"));

        Keep(Path.Combine(_folder.FullName, "results"), "20260101-0900-00000000", 7);
        Keep(Path.Combine(_folder.FullName, "results"), "20260102-0900-00000000", 8);

        Assert.Equal(["20260102-0900-00000000", "20260101-0900-00000000"], kept.All.Select(each => each.Id));
        Assert.Equal(7, kept.Find("20260101-0900-00000000")!.Books.Completed);
    }

    [Fact]
    public void Only_results_under_their_own_names_inside_the_folder_are_told_of()
    {
        var kept = new KeptResults(_folder.CreateSubdirectory("results").FullName);
        Keep(_folder.FullName, "outside", 1);
        Keep(Path.Combine(_folder.FullName, "results"), "inside", 2);
        File.Copy(Path.Combine(_folder.FullName, "results", "inside.json"), Path.Combine(_folder.FullName, "results", "renamed.json"));
        File.WriteAllText(Path.Combine(_folder.FullName, "results", "other.json"), "[1, 2");

        Assert.Equal("inside", Assert.Single(kept.All).Id);
        Assert.Null(kept.Find("../outside"));
        Assert.Null(kept.Find("renamed"));
        Assert.Null(new KeptResults(null).Find("inside"));
    }

    [Fact]
    public void A_result_that_is_written_anew_is_read_anew()
    {
        var kept = new KeptResults(_folder.FullName);
        Keep(_folder.FullName, "run", 1);
        Assert.Equal(1, kept.All[0].Books.Completed);

        Keep(_folder.FullName, "run", 2);
        File.SetLastWriteTimeUtc(Path.Combine(_folder.FullName, "run.json"), DateTime.UtcNow.AddMinutes(1));

        Assert.Equal(2, kept.All[0].Books.Completed);
    }

    private static void Keep(string folder, string id, long completed)
    {
        using var results = new ResultOutputs(ResultFolder.Open(folder));
        Assert.Empty(results.Deliver(new FinishedRun(ResultOf(id, completed), 0)).Problems);
    }

    private static RunResult ResultOf(string id, long completed) => new()
    {
        Schema = RunResult.CurrentSchema,
        Run = new RunResult.RunPart(id, "test", DateTimeOffset.UnixEpoch, 10, "bouncycastle", "pass", []) { Checks = "full" },
        Books = new RunResult.BooksPart(completed, completed, 0, 0, 0),
        Rate = new RunResult.RatePart(1, 1),
        LatencyMs = new RunResult.LatencyPart(null, null, null),
        Negotiated = [],
        Failures = [],
        Thresholds = [],
        Workers = [],
        Generator = new RunResult.GeneratorPart(null, null, 0, false, []),
        Targets = [],
        Profiles = [],
        Intervals = [],
    };
}
