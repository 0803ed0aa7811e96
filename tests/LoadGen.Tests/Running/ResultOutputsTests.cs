using LoadGen.Commands;
using LoadGen.Core.Runs;
using LoadGen.Metrics;
using LoadGen.Running;

namespace LoadGen.Tests.Running;

/// <summary>Where results go, and where they are when they cannot go there.</summary>
public sealed class ResultOutputsTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("loadgen-");
    private readonly Problems _problems = new();

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void A_file_is_as_it_was_until_the_new_result_takes_its_place()
    {
        var file = At("result.json");
        File.WriteAllText(file, new string('x', 100_000));
        using (var results = ResultOutputs.Open(file, null, _problems))
        {
            Assert.Equal(100_000, new FileInfo(file).Length);

            Assert.Null(results.Deliver(ResultOf(completed: 7)));
        }

        Assert.Equal(7, Read(file).Books.Completed);
        Assert.Equal([file], Directory.GetFiles(_folder.FullName));
    }

    [Fact]
    public void A_run_without_a_result_leaves_nothing_behind()
    {
        ResultOutputs.Open(At("result.json"), At("results"), _problems).Dispose();

        Assert.False(_problems.Any);
        Assert.Empty(_folder.EnumerateFiles("*", SearchOption.AllDirectories));
    }

    [Fact]
    public void A_file_that_is_reached_by_a_link_stays_behind_it()
    {
        File.CreateSymbolicLink(At("link.json"), "file.json");
        using var results = ResultOutputs.Open(At("link.json"), null, _problems);

        Assert.Null(results.Deliver(ResultOf(completed: 7)));

        Assert.Equal("file.json", new FileInfo(At("link.json")).LinkTarget);
        Assert.Equal(7, Read(At("file.json")).Books.Completed);
    }

    [Fact]
    public void A_file_keeps_its_permissions()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Windows has no modes of files.");
            return;
        }

        const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        File.WriteAllText(At("result.json"), "");
        File.SetUnixFileMode(At("result.json"), Private);
        using var results = ResultOutputs.Open(At("result.json"), null, _problems);

        Assert.Null(results.Deliver(ResultOf(completed: 7)));

        Assert.Equal(Private, File.GetUnixFileMode(At("result.json")));
    }

    [Fact]
    public void What_cannot_be_written_at_the_end_is_where_the_other_flag_put_it()
    {
        var gone = _folder.CreateSubdirectory("gone");
        using var results = ResultOutputs.Open(Path.Combine(gone.FullName, "result.json"), At("results"), _problems);
        gone.Delete(recursive: true);

        var told = results.Deliver(ResultOf(completed: 7));

        Assert.StartsWith($"--json: cannot write to '{gone.FullName}/result.json': ", told, StringComparison.Ordinal);
        Assert.EndsWith($"; the result is in {At("results/run-1.json")}", told, StringComparison.Ordinal);
        Assert.Equal(7, Read(At("results/run-1.json")).Books.Completed);
    }

    [Fact]
    public void What_can_go_nowhere_it_should_is_kept_and_the_sentence_says_where()
    {
        var results = ResultOutputs.Open(null, At("results"), _problems);
        Directory.Delete(At("results"), recursive: true);
        File.WriteAllText(At("results"), "a file now");

        var told = results.Deliver(ResultOf(completed: 7))!;

        var kept = told[(told.IndexOf("; the result is in ", StringComparison.Ordinal) + 19)..];
        Assert.StartsWith($"--out: cannot write to '{At("results/run-1.json")}': ", told, StringComparison.Ordinal);
        Assert.Equal(7, Read(kept).Books.Completed);
        File.Delete(kept);
        results.Dispose();
    }

    private string At(string name) => Path.Combine(_folder.FullName, name);

    private static RunResult ResultOf(int completed) => FinishedRun.Of(Records.Of(completed), new NodeMetrics()).Result;

    private static RunResult Read(string path)
    {
        using var file = File.OpenRead(path);
        return RunResultJson.Read(file);
    }
}
