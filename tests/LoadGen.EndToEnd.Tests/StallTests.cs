using LoadGen.TestServers.Processes;
using LoadGen.TestServers.Programs;

namespace LoadGen.EndToEnd.Tests;

public sealed class StallTests
{
    [Fact]
    public async Task A_server_that_stops_for_two_seconds_shows_in_the_response_times_and_no_arrival_is_missing()
    {
        await using var target = await BuiltInTargetProcess.StartAsync();
        await using var run = LoadGenProgram.Start(
        [
            "run", "--target", target.Address, "--cacert", target.AuthorityPath, "--rate", "100", "--duration", "8s", "--json", "-",
        ]);

        await Runs.WaitForSecondAsync(run, 2);
        target.Send(Signal.Stop);

        // The stall itself is what is tested, so its length is a time.
        await Task.Delay(TimeSpan.FromSeconds(2.2), TestContext.Current.CancellationToken);
        target.Send(Signal.Continue);
        var exitCode = await run.WaitForExitAsync(ChildProcess.Patience, TestContext.Current.CancellationToken);

        var result = Runs.Parse(string.Join('\n', run.StandardOutput), string.Join('\n', run.StandardError));
        Runs.AssertBooksBalance(result);
        Runs.AssertPasses(exitCode, result);
        Assert.Equal(800, result.Books.Scheduled);
        Assert.Equal(800, result.Books.Completed);
        Assert.True(result.LatencyMs.Response!.Max >= 1900, $"max was {result.LatencyMs.Response.Max} ms");
    }
}
