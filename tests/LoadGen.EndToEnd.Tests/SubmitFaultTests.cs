using LoadGen.TestServers.Processes;
using LoadGen.TestServers.Programs;

namespace LoadGen.EndToEnd.Tests;

/// <summary>Submitted runs, with coordinators that are stopped or lost.</summary>
public sealed class SubmitFaultTests
{
    private static readonly string[] LongLoad = ["--rate", "50", "--duration", "60s"];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_lost_coordinator_and_a_signal_are_told_once_each_and_the_wait_ends()
    {
        await using var target = await BuiltInTargetProcess.StartAsync();
        await using var waiting = await WaitingCoordinatorProcess.StartAsync(1);
        await using var submit = Submit(waiting, target, LongLoad);
        await Runs.WaitForSecondAsync(submit, 1);

        waiting.Process.Send(Signal.Kill);
        await submit.WaitForLineAsync("no response from the coordinator", Cancellation);
        submit.Send(Signal.Terminate);

        Assert.Equal(11, await submit.WaitForExitAsync(ChildProcess.Patience, Cancellation));
        Assert.Collection(
            submit.StandardError,
            line => Assert.Matches(@"^loadgen: no response from the coordinator \(.+\); retrying for 30 s$", line),
            line => Assert.Equal("loadgen: stop requested; waiting for the partial result, 10 s at most if the coordinator does not respond (a second signal exits at once)", line),
            line => Assert.Matches("^loadgen: --to: .+: no response from the coordinator for [0-9]+ s; giving up; run .+ may still be in progress there$", line));
    }

    [Fact]
    public async Task A_second_signal_does_not_wait_for_a_lost_coordinator()
    {
        await using var target = await BuiltInTargetProcess.StartAsync();
        await using var waiting = await WaitingCoordinatorProcess.StartAsync(1);
        await using var submit = Submit(waiting, target, LongLoad);
        await Runs.WaitForSecondAsync(submit, 1);

        waiting.Process.Send(Signal.Kill);
        submit.Send(Signal.Terminate);
        await submit.WaitForLineAsync("stop requested", Cancellation);
        submit.Send(Signal.Terminate);

        Assert.Equal(11, await submit.WaitForExitAsync(ChildProcess.Patience, Cancellation));
        Assert.DoesNotContain(submit.StandardError, line => line.Contains("giving up", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_signal_stops_the_run_and_its_partial_result_is_fetched()
    {
        await using var target = await BuiltInTargetProcess.StartAsync();
        await using var waiting = await WaitingCoordinatorProcess.StartAsync(1);
        await using var submit = Submit(waiting, target, [.. LongLoad, "--json", "-"]);
        await Runs.WaitForSecondAsync(submit, 1);

        submit.Send(Signal.HangUp);

        Assert.Equal(11, await submit.WaitForExitAsync(ChildProcess.Patience, Cancellation));
        var result = Runs.Parse(string.Join('\n', submit.StandardOutput), string.Join('\n', submit.StandardError));
        Runs.AssertBooksBalance(result);
        Assert.Equal("stopped over HTTP", result.Run.Reasons[0]);
    }

    [Fact]
    public async Task A_coordinator_that_is_told_to_stop_begins_no_run_that_waits_and_those_who_wait_learn_it()
    {
        await using var target = await BuiltInTargetProcess.StartAsync();
        await using var waiting = await WaitingCoordinatorProcess.StartAsync(1);
        await using var first = Submit(waiting, target, [.. LongLoad, "--json", "-"]);
        await Runs.WaitForSecondAsync(first, 1);
        await using var second = Submit(waiting, target, LongLoad);
        await second.WaitForLineAsync("waiting", Cancellation);

        Assert.Equal(0, await waiting.EndAsync());

        Assert.Equal(11, await first.WaitForExitAsync(ChildProcess.Patience, Cancellation));
        Assert.Equal("interrupted", Runs.Parse(string.Join('\n', first.StandardOutput), "the first run").Run.Reasons[0]);
        Assert.Equal(11, await second.WaitForExitAsync(ChildProcess.Patience, Cancellation));
        Assert.Equal(["loadgen: interrupted before it started"], second.StandardError);
        Assert.Single(waiting.Process.StandardOutput, line => line.EndsWith(": started", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_result_that_cannot_be_kept_is_kept_elsewhere_and_the_next_run_has_its_turn()
    {
        await using var target = await BuiltInTargetProcess.StartAsync();
        var folder = Directory.CreateTempSubdirectory("loadgen-");
        await using var waiting = await WaitingCoordinatorProcess.StartAsync(1, "--out", folder.FullName);
        folder.Delete(recursive: true);
        await File.WriteAllTextAsync(folder.FullName, "a file now", Cancellation);

        for (var run = 1; run <= 2; run++)
        {
            await using var submit = Submit(waiting, target, ["--concurrency", "2", "--count", "20", "--quiet"]);

            // A busy machine may have been the limit.
            Assert.Contains(await submit.WaitForExitAsync(ChildProcess.Patience, Cancellation), new[] { 0, 12 });
            await waiting.Process.WaitForLinesAsync(line => line.Contains("; the result is in ", StringComparison.Ordinal), run, Cancellation);
        }

        foreach (var told in waiting.Process.StandardError.Where(line => line.Contains("; the result is in ", StringComparison.Ordinal)))
        {
            var kept = told[(told.IndexOf("; the result is in ", StringComparison.Ordinal) + 19)..];
            Assert.Equal(20, Runs.Parse(await File.ReadAllTextAsync(kept, Cancellation), told).Books.Completed);
            File.Delete(kept);
        }

        Assert.Equal(0, await waiting.EndAsync());
        File.Delete(folder.FullName);
    }

    private static ChildProcess Submit(WaitingCoordinatorProcess waiting, BuiltInTargetProcess target, string[] load)
        => LoadGenProgram.Start([.. waiting.SubmitTo(target), .. load], WaitingCoordinatorProcess.Environment);
}
