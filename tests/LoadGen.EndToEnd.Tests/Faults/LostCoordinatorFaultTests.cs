using System.Diagnostics;
using LoadGen.TestServers.Processes;
using LoadGen.TestServers.Programs;

namespace LoadGen.EndToEnd.Tests.Faults;

[Collection(nameof(Alone))]
public sealed class LostCoordinatorFaultTests
{
    // What was under way between a worker's last report and the end of its old coordinator.
    private const long HardlyAny = 10;

    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);

    [Theory]
    [MemberData(nameof(Repeat.Always), MemberType = typeof(Repeat))]
    public async Task A_standby_finishes_the_run_when_the_coordinator_is_killed(int _)
    {
        var options = new FaultOptions { Standby = true, Duration = TimeSpan.FromSeconds(20) };
        await using var cluster = await FaultCluster.StartAsync(options);

        await cluster.Coordinator.WaitForSecondAsync(7);
        cluster.Coordinator.Send(Signal.Kill);

        await cluster.Standby.FinishesAsync();
        foreach (var worker in cluster.Workers)
        {
            await worker.EndsWithAsync(0);
        }

        var result = await cluster.TakeResultAsync(cluster.Standby);
        Assert.Equal(options.Scheduled, result.Books.Scheduled);
        Assert.InRange(result.Books.Lost, 0, HardlyAny);
        Assert.Equal(0, result.Books.Dropped);
        Assert.All(result.Workers, worker => Assert.Null(worker.LostAt));
    }

    [Theory]
    [MemberData(nameof(Repeat.Always), MemberType = typeof(Repeat))]
    public async Task A_standby_finishes_the_second_run_of_a_waiting_coordinator_that_is_killed_in_it(int _)
    {
        await using var target = await BuiltInTargetProcess.StartAsync();
        await using var waiting = await WaitingCoordinatorProcess.StartAsync(2);
        await using var standby = LoadGenProgram.Start(["coordinator", "--standby", "--seed", waiting.Address, "--listen", "127.0.0.1:0", "--json", "-"]);
        string[] submit = [.. waiting.SubmitTo(target), "--rate", "200"];
        var first = await LoadGenProgram.RunAsync(
            [.. submit, "--duration", "2s", "--quiet", "--json", "-"], environment: WaitingCoordinatorProcess.Environment, cancellation: TestContext.Current.CancellationToken);
        Assert.Equal(400, Runs.Parse(first.StandardOutput, first.StandardError).Books.Scheduled);

        await using var second = LoadGenProgram.Start([.. submit, "--duration", "15s"], WaitingCoordinatorProcess.Environment);
        await Runs.WaitForSecondAsync(second, 5);
        waiting.Process.Send(Signal.Kill);

        var exitCode = await standby.WaitForExitAsync(ChildProcess.Patience, TestContext.Current.CancellationToken);
        var result = Runs.Parse(string.Join('\n', standby.StandardOutput), string.Join('\n', standby.StandardError));
        Runs.AssertPasses(exitCode, result);
        Runs.AssertBooksBalance(result);
        Assert.Equal(3000, result.Books.Scheduled);
        Assert.InRange(result.Books.Lost, 0, HardlyAny);
        foreach (var worker in waiting.Workers)
        {
            Assert.Equal(0, await worker.WaitForExitAsync(ChildProcess.Patience, TestContext.Current.CancellationToken));
        }
    }

    [Theory]
    [MemberData(nameof(Repeat.Always), MemberType = typeof(Repeat))]
    public async Task A_coordinator_that_is_started_again_at_its_address_goes_on_with_the_run(int _)
    {
        var options = new FaultOptions { Duration = TimeSpan.FromSeconds(25) };
        await using var cluster = await FaultCluster.StartAsync(options);

        await cluster.Coordinator.WaitForSecondAsync(5);
        var first = cluster.Coordinator;
        first.Send(Signal.Kill);
        await first.Process.WaitForExitAsync(ChildProcess.Patience, TestContext.Current.CancellationToken);
        var second = await cluster.StartCoordinatorAsync();

        await second.FinishesAsync();
        foreach (var worker in cluster.Workers)
        {
            await worker.EndsWithAsync(0);
        }

        var result = await cluster.TakeResultAsync(second);
        Assert.Equal(options.Scheduled, result.Books.Scheduled);
        Assert.InRange(result.Books.Lost, 0, HardlyAny);
        Assert.All(result.Workers, worker => Assert.Null(worker.LostAt));
    }

    [Theory]
    [MemberData(nameof(Repeat.Always), MemberType = typeof(Repeat))]
    public async Task Workers_stop_after_their_lease_and_keep_what_they_counted_when_nobody_takes_over(int _)
    {
        var lease = TimeSpan.FromSeconds(4);
        await using var cluster = await FaultCluster.StartAsync(
            new FaultOptions { Isolated = true, Lease = lease, Duration = TimeSpan.FromSeconds(60) });

        await cluster.Coordinator.WaitForSecondAsync(5);
        var killed = Stopwatch.GetTimestamp();
        cluster.Coordinator.Send(Signal.Kill);

        foreach (var worker in cluster.Workers)
        {
            await worker.EndsWithAsync(11, 13);
        }

        var last = Stopwatch.GetElapsedTime(killed, cluster.Connections.Attempts[^1].At);
        Assert.True(last < lease + Grace, $"the last dial was {last} after the kill");
        var partial = cluster.Workers.Select(worker => worker.ReadPartialResult()).ToList();
        Assert.All(partial, Runs.AssertBooksBalance);
        Assert.All(partial, result => Assert.Equal("aborted", result.Run.Verdict));
        Assert.All(partial, result => Assert.Equal(0, result.Books.Lost));
        Assert.Equal(await cluster.StopTargetAsync(), partial.Sum(result => result.Books.Completed));
    }
}
