using LoadGen.Commands;
using LoadGen.Core.Runs;
using LoadGen.Metrics;
using LoadGen.Running;
using LoadGen.Running.Outputs;

namespace LoadGen.Tests.Running.Outputs;

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
        using (var results = Open(file, null))
        {
            Assert.Equal(100_000, new FileInfo(file).Length);

            Assert.Empty(results.Deliver(RunOf(completed: 7)).Problems);
        }

        Assert.Equal(7, Read(file).Books.Completed);
        Assert.Equal([file], Directory.GetFiles(_folder.FullName));
    }

    [Fact]
    public void A_run_without_a_result_leaves_nothing_behind()
    {
        Open(At("result.json"), At("results")).Dispose();

        Assert.False(_problems.Any);
        Assert.Empty(_folder.EnumerateFiles("*", SearchOption.AllDirectories));
    }

    [Fact]
    public void A_file_that_is_reached_by_a_link_stays_behind_it()
    {
        File.CreateSymbolicLink(At("link.json"), "file.json");
        using var results = Open(At("link.json"), null);

        Assert.Empty(results.Deliver(RunOf(completed: 7)).Problems);

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
        using var results = Open(At("result.json"), null);

        Assert.Empty(results.Deliver(RunOf(completed: 7)).Problems);

        Assert.Equal(Private, File.GetUnixFileMode(At("result.json")));
    }

    [Fact]
    public void What_cannot_be_written_at_the_end_is_where_the_other_flag_put_it()
    {
        var gone = _folder.CreateSubdirectory("gone");
        using var results = Open(Path.Combine(gone.FullName, "result.json"), At("results"));
        gone.Delete(recursive: true);

        var (code, problems) = results.Deliver(RunOf(completed: 7));
        var told = Assert.Single(problems);
        Assert.Equal(1, code);

        Assert.StartsWith($"--json: cannot write to '{gone.FullName}/result.json': ", told, StringComparison.Ordinal);
        Assert.EndsWith($"; the result is in {At("results/run-1.json")}", told, StringComparison.Ordinal);
        Assert.Equal(7, Read(At("results/run-1.json")).Books.Completed);
    }

    [Fact]
    public void What_can_go_nowhere_it_should_is_kept_and_the_sentence_says_where()
    {
        var results = Open(null, At("results"));
        Directory.Delete(At("results"), recursive: true);
        File.WriteAllText(At("results"), "a file now");

        var (code, problems) = results.Deliver(RunOf(completed: 7));
        var told = Assert.Single(problems);
        Assert.Equal(1, code);

        var kept = told[(told.IndexOf("; the result is in ", StringComparison.Ordinal) + 19)..];
        Assert.StartsWith($"--out: cannot write to '{At("results/run-1.json")}': ", told, StringComparison.Ordinal);
        Assert.Equal(7, Read(kept).Books.Completed);
        File.Delete(kept);
        results.Dispose();
    }

    private string At(string name) => Path.Combine(_folder.FullName, name);

    private static FinishedRun RunOf(int completed) => FinishedRun.Of(Records.Of(completed), new NodeMetrics());

    private ResultOutputs Open(string? json, string? folder)
    {
        IResultSink?[] sinks = [json is null ? null : JsonFile.Kind.TryOpen(json, _problems), folder is null ? null : ResultFolder.Kind.TryOpen(folder, _problems)];
        return new ResultOutputs([.. sinks.OfType<IResultSink>()]);
    }

    private static RunResult Read(string path)
    {
        using var file = File.OpenRead(path);
        return RunResultJson.Read(file);
    }
}
