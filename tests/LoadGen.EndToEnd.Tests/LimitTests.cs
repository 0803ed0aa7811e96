using LoadGen.Core.Runs;
using LoadGen.TestServers.Processes;
using LoadGen.TestServers.Programs;
using LoadGen.TestServers.Servers;

namespace LoadGen.EndToEnd.Tests;

/// <summary>What the program does with less than it would like to have: it says so, or goes on with less, and always ends.</summary>
public sealed class LimitTests
{
    private const string HeapOf64MiB = "0x4000000";

    [Theory]
    [InlineData(512, "lower --concurrency to 256", "--concurrency", "450")]
    [InlineData(1024, "lower --max-connections to 768", "--rate", "600", "--max-connections", "3000")]
    [InlineData(1024, "lower --max-connections to 768", "--rate", "600", "--max-connections", "1000")]
    public async Task A_run_that_asks_for_more_open_files_than_it_may_have_is_refused_with_the_arithmetic(int files, string remedy, params string[] load)
    {
        await using var server = ScriptedServer.Silent();

        await using var run = LoadGenProgram.StartWithDescriptors(
            files, ["run", "--target", server.EndPoint.ToString(), "--insecure", "--duration", "4s", .. load]);
        var exitCode = await run.WaitForExitAsync(ChildProcess.Patience, TestContext.Current.CancellationToken);

        var sentence = Assert.Single(run.StandardError);
        Assert.Equal(2, exitCode);
        Assert.StartsWith("loadgen: limits: ", sentence, StringComparison.Ordinal);
        Assert.Contains($"limited to {files:N0} (ulimit -n)", sentence, StringComparison.Ordinal);
        Assert.Contains(remedy, sentence, StringComparison.Ordinal);
        Assert.Equal(0, server.Accepted);
    }

    [Fact]
    public async Task A_run_with_as_many_connections_as_its_open_files_allow_opens_them_all()
    {
        await using var server = ScriptedServer.Silent();

        var (exitCode, result) = await RunWithFewFilesAsync(
            400, "--target", server.EndPoint.ToString(), "--insecure", "--concurrency", "144", "--count", "144", "--timeout", "5s");

        // On a busy machine the generator says that it was late.
        Assert.True(exitCode is 10 or 12, $"the exit code was {exitCode}");
        Assert.Equal("handshake_timeout", Assert.Single(result.Failures).Kind);
        Assert.Equal(144, result.Books.Failed);
    }

    [Fact]
    public async Task A_run_that_comes_to_its_limit_of_open_files_under_way_counts_what_it_could_not_open_and_ends()
    {
        await using var server = ScriptedServer.Silent();

        var (exitCode, result) = await RunWithFewFilesAsync(
            400, "--target", server.EndPoint.ToString(), "--insecure", "--rate", "300", "--duration", "2s");

        var exhausted = Assert.Single(result.Failures, failure => failure.Kind == "files_exhausted");
        Assert.Equal(12, exitCode);
        Assert.Equal("generator", exhausted.Side);
        Assert.Equal(600, result.Books.Scheduled);
        Assert.Contains(result.Failures, failure => failure.Kind == "handshake_timeout");
    }

    [Fact]
    public async Task A_run_that_is_out_of_files_still_stops_when_it_is_interrupted()
    {
        await using var server = ScriptedServer.Silent();
        await using var run = StartWithFewFiles(400, "--target", server.EndPoint.ToString(), "--insecure", "--rate", "300", "--duration", "60s");

        await run.WaitForLineAsync("files_exhausted", TestContext.Current.CancellationToken);
        run.Send(Signal.Interrupt);
        var exitCode = await run.WaitForExitAsync(ChildProcess.Patience, TestContext.Current.CancellationToken);

        Assert.Equal(11, exitCode);
        Runs.AssertBooksBalance(ResultOf(run));
    }

    [Fact]
    public async Task A_run_that_meets_the_limit_of_its_heap_ends_with_a_sentence()
    {
        await using var server = ScriptedServer.Silent();

        var run = await LoadGenProgram.RunAsync(
            ["run", "--target", server.EndPoint.ToString(), "--insecure", "--rate", "2000", "--duration", "5s", "--max-connections", "8000"],
            environment: new Dictionary<string, string?> { ["DOTNET_GCHeapHardLimit"] = HeapOf64MiB },
            cancellation: TestContext.Current.CancellationToken);

        Assert.Equal(1, run.ExitCode);
        Assert.StartsWith("loadgen: out of memory: the heap is limited to 64 MiB", run.StandardError, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', run.StandardError);
    }

    private static async Task<(int ExitCode, RunResult Result)> RunWithFewFilesAsync(int files, params string[] arguments)
    {
        await using var run = StartWithFewFiles(files, arguments);
        var exitCode = await run.WaitForExitAsync(ChildProcess.Patience, TestContext.Current.CancellationToken);
        var result = ResultOf(run);
        Runs.AssertBooksBalance(result);
        return (exitCode, result);
    }

    private static ChildProcess StartWithFewFiles(int files, params string[] arguments)
        => LoadGenProgram.StartWithDescriptors(files, ["run", .. arguments, "--json", "-"]);

    private static RunResult ResultOf(ChildProcess run) => Runs.Parse(string.Join('\n', run.StandardOutput), string.Join('\n', run.StandardError));
}
