using LoadGen.TestServers.Processes;
using LoadGen.TestServers.Programs;

namespace LoadGen.EndToEnd.Tests;

/// <summary>Results and their way out: what cannot be written, and what stands in the way.</summary>
public sealed class OutputTests : IDisposable
{
    private static readonly string[] ShortLoad = ["--rate", "50", "--duration", "2s"];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("loadgen-");

    public OutputTests()
    {
        File.WriteAllText(At("file"), "");
        Directory.CreateDirectory(At("folder"));
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("--json", "folder", "it is a folder; name another file", "run")]
    [InlineData("--json", "missing/result.json", "its folder does not exist; name another file", "run")]
    [InlineData("--out", "file", "it is a file; name another folder", "run")]
    [InlineData("--termination-log", "folder", "it is a folder; name another file", "run")]
    [InlineData("--json", "folder", "it is a folder; name another file", "coordinator", "--target", "127.0.0.1:1")]
    [InlineData("--out", "file", "it is a file; name another folder", "coordinator", "--http", "127.0.0.1:0")]
    [InlineData("--out", "file", "it is a file; name another folder", "worker")]
    [InlineData("--termination-log", "folder", "it is a folder; name another file", "worker")]
    [InlineData("--json", "folder", "it is a folder; name another file", "submit", "--to", "http://127.0.0.1:1", "--target", "127.0.0.1:1")]
    [InlineData("--json", "folder", "it is a folder; name another file", "probe", "127.0.0.1:1")]
    public async Task An_output_that_cannot_be_written_is_told_before_anything_begins(string flag, string name, string why, params string[] verb)
    {
        var program = await LoadGenProgram.RunAsync([.. verb, flag, At(name)], cancellation: Cancellation);

        Assert.Equal((2, ""), (program.ExitCode, program.StandardOutput));
        Assert.Equal($"loadgen: {flag}: cannot write to '{At(name)}': {why}", program.StandardError);
    }

    [Theory]
    [InlineData("--json", "disk/result.json", "file")]
    [InlineData("--out", "disk/results", "folder")]
    public async Task A_full_disk_is_told_before_the_load(string flag, string name, string kind)
    {
        RealServers.RequireRoot();
        await using var disk = await SmallDisk.MountAsync(At("disk"));

        var program = await LoadGenProgram.RunAsync(["run", .. ShortLoad, flag, At(name)], cancellation: Cancellation);

        Assert.Equal((2, ""), (program.ExitCode, program.StandardOutput));
        Assert.Equal($"loadgen: {flag}: cannot write to '{At(name)}': the disk is full; name another {kind}", program.StandardError);
    }

    [Fact]
    public async Task A_result_that_fails_at_the_end_is_kept_where_the_program_says()
    {
        var program = await LoadGenProgram.RunAsync(["run", .. ShortLoad, "--quiet", "--json", "/dev/full"], cancellation: Cancellation);

        Assert.Equal(1, program.ExitCode);
        const string Told = "loadgen: --json: cannot write to '/dev/full': the disk is full; the result is in ";
        Assert.StartsWith(Told, program.StandardError, StringComparison.Ordinal);
        var kept = program.StandardError[Told.Length..];
        Assert.Equal(100, Runs.Parse(await File.ReadAllTextAsync(kept, Cancellation), kept).Books.Scheduled);
        File.Delete(kept);
    }

    [Theory]
    [InlineData("> /dev/full")]
    [InlineData(">&-")]
    [InlineData("> /dev/full 2>&1")]
    [InlineData(">&- 2>&-")]
    public async Task A_run_goes_on_and_keeps_its_verdict_when_its_progress_cannot_be_shown(string redirection)
    {
        await using var run = LoadGenProgram.StartRedirected(redirection, ["run", .. ShortLoad, "--json", At("result.json")]);
        var exitCode = await run.WaitForExitAsync(ChildProcess.Patience, Cancellation);

        var result = Runs.Parse(await File.ReadAllTextAsync(At("result.json"), Cancellation), redirection);
        Runs.AssertBooksBalance(result);
        Assert.Equal(100, result.Books.Scheduled);

        // A busy machine may have been the limit.
        Assert.Contains((exitCode, result.Run.Verdict), new[] { (0, "pass"), (12, "inconclusive") });
    }

    [Fact]
    public async Task A_result_that_is_asked_for_on_a_closed_standard_output_is_told_before_the_load()
    {
        await using var run = LoadGenProgram.StartRedirected(">&-", ["run", .. ShortLoad, "--json", "-"]);

        Assert.Equal(2, await run.WaitForExitAsync(ChildProcess.Patience, Cancellation));
        Assert.Equal(["loadgen: --json: cannot write to '-': standard output is closed; name another file"], run.StandardError);
    }

    [Fact]
    public async Task A_result_goes_through_a_named_pipe()
    {
        await using (var make = ChildProcess.Start("mkfifo", [At("pipe")]))
        {
            Assert.Equal(0, await make.WaitForExitAsync(ChildProcess.Patience, Cancellation));
        }

        // Opening a pipe waits for its other end, and takes no cancellation.
        var reading = Task.Run(() => File.ReadAllText(At("pipe")), Cancellation);
        await LoadGenProgram.RunAsync(["run", .. ShortLoad, "--quiet", "--json", At("pipe")], cancellation: Cancellation);

        Assert.Equal(100, Runs.Parse(await reading.WaitAsync(ChildProcess.Patience, Cancellation), "the pipe").Books.Scheduled);
    }

    [Fact]
    public async Task What_comes_after_the_program_in_a_file_follows_the_result()
    {
        await using var shell = ChildProcess.Start(
            "sh", ["-c", "(\"$0\" run --rate 50 --duration 1s --json - 2>/dev/null; echo next) > \"$1\"", LoadGenProgram.Path, At("both")]);
        await shell.WaitForExitAsync(ChildProcess.Patience, Cancellation);

        var lines = await File.ReadAllLinesAsync(At("both"), Cancellation);
        Assert.Equal("next", lines[^1]);
        Assert.Equal(50, Runs.Parse(string.Join('\n', lines[..^1]), "the file").Books.Scheduled);
    }

    [Theory]
    [InlineData(Signal.HangUp)]
    [InlineData(Signal.Interrupt)]
    [InlineData(Signal.Quit)]
    [InlineData(Signal.Terminate)]
    public async Task Every_signal_that_asks_for_the_end_leaves_a_partial_result(Signal signal)
    {
        await using var run = LoadGenProgram.Start(["run", "--rate", "50", "--duration", "60s", "--json", At("result.json")]);
        await Runs.WaitForSecondAsync(run, 1);
        Assert.False(File.Exists(At("result.json")));

        run.Send(signal);

        Assert.Equal(11, await run.WaitForExitAsync(ChildProcess.Patience, Cancellation));
        var result = Runs.Parse(await File.ReadAllTextAsync(At("result.json"), Cancellation), string.Join('\n', run.StandardError));
        Runs.AssertBooksBalance(result);
        Assert.Equal("interrupted", result.Run.Reasons[0]);
        Assert.Equal(["file", "result.json"], _folder.GetFiles().Select(file => file.Name).Order());
    }

    private string At(string name) => Path.Combine(_folder.FullName, name);

    /// <summary>A file system with less room than a result may need.</summary>
    private sealed class SmallDisk(string folder) : IAsyncDisposable
    {
        public static async Task<SmallDisk> MountAsync(string folder)
        {
            Directory.CreateDirectory(folder);
            await SystemAsync("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", folder);
            return new SmallDisk(folder);
        }

        public async ValueTask DisposeAsync() => await SystemAsync("umount", folder);

        private static async Task SystemAsync(string program, params string[] arguments)
        {
            await using var process = ChildProcess.Start(program, arguments);
            Assert.Equal(0, await process.WaitForExitAsync(ChildProcess.Patience, CancellationToken.None));
        }
    }
}
