using LoadGen.TestServers.Processes;
using LoadGen.TestServers.Programs;

namespace LoadGen.EndToEnd.Tests;

/// <summary>The built-in target's process ends, or hangs, when it should not.</summary>
public sealed class LostTargetTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_target_that_is_killed_under_way_ends_the_run_in_order_with_one_sentence()
    {
        await using var run = LoadGenProgram.Start(["run", "--rate", "50", "--duration", "60s", "--json", "-"]);
        await Runs.WaitForSecondAsync(run, 1);

        await KillTargetOfAsync(run);

        Assert.Equal(11, await run.WaitForExitAsync(ChildProcess.Patience, Cancellation));
        var result = Runs.Parse(string.Join('\n', run.StandardOutput), string.Join('\n', run.StandardError));
        Runs.AssertBooksBalance(result);
        Assert.Equal("the built-in target ended with exit code 137 (signal 9)", result.Run.Reasons[0]);
        Assert.Null(result.BuiltInTarget);
        Assert.Equal(
            ["loadgen: the built-in target ended with exit code 137 (signal 9) during the run; stopping"],
            run.StandardError.Where(line => line.StartsWith("loadgen:", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_target_that_hangs_at_the_end_costs_the_run_its_counts_and_nothing_else()
    {
        await using var run = LoadGenProgram.Start(["run", "--rate", "20", "--duration", "3s", "--timeout", "500ms", "--json", "-"]);
        await Runs.WaitForSecondAsync(run, 1);

        using (var target = System.Diagnostics.Process.GetProcessById(TargetOf(run)))
        {
            await SignalAsync("STOP", target.Id);
            var exitCode = await run.WaitForExitAsync(ChildProcess.Patience, Cancellation);

            var result = Runs.Parse(string.Join('\n', run.StandardOutput), string.Join('\n', run.StandardError));
            Runs.AssertBooksBalance(result);
            Assert.Equal(60, result.Books.Scheduled);
            Assert.Null(result.BuiltInTarget);
            Assert.Contains(
                "loadgen: warning: the built-in target did not exit within 20 s; the result has no counts from the target", run.StandardError);
            Assert.Contains((exitCode, result.Run.Verdict), new[] { (0, "pass"), (10, "fail"), (12, "inconclusive") });
            await target.WaitForExitAsync(Cancellation);
        }
    }

    private static Task KillTargetOfAsync(ChildProcess run) => SignalAsync("KILL", TargetOf(run));

    // A run against the built-in target has one child: the target.
    private static int TargetOf(ChildProcess run) => int.Parse(File.ReadAllText($"/proc/{run.Id}/task/{run.Id}/children").Trim());

    private static async Task SignalAsync(string signal, int process)
    {
        await using var kill = ChildProcess.Start("kill", [$"-{signal}", $"{process}"]);
        Assert.Equal(0, await kill.WaitForExitAsync(ChildProcess.Patience, Cancellation));
    }
}
