using System.Diagnostics;
using LoadGen.TestServers.Processes;

namespace LoadGen.EndToEnd.Tests.Faults;

[Collection(nameof(Alone))]
public sealed class PausedWorkerFaultTests
{
    private const int MostUnderWay = 2;

    [Theory]
    [MemberData(nameof(Repeat.Always), MemberType = typeof(Repeat))]
    public async Task A_worker_that_stands_still_for_two_seconds_is_kept(int _)
    {
        var options = new FaultOptions { Duration = TimeSpan.FromSeconds(15) };
        await using var cluster = await FaultCluster.StartAsync(options);
        var paused = cluster.Workers[0];

        await cluster.Coordinator.WaitForSecondAsync(4);
        await PauseAsync(paused, TimeSpan.FromSeconds(2));

        // What it should have begun meanwhile begins late, and that it was the generator's fault must be said.
        await cluster.Coordinator.EndsWithAsync(12);
        foreach (var worker in cluster.Workers)
        {
            await worker.EndsWithAsync(0);
        }

        var result = await cluster.TakeResultAsync(cluster.Coordinator);
        Assert.Contains(result.Generator.Reasons, reason => reason.StartsWith("schedule lag", StringComparison.Ordinal));
        Assert.Equal(options.Scheduled, result.Books.Scheduled);
        Assert.Equal(0, result.Books.Lost);
        Assert.All(result.Workers, worker => Assert.Null(worker.LostAt));
    }

    [Theory]
    [MemberData(nameof(Repeat.Always), MemberType = typeof(Repeat))]
    public async Task A_worker_that_stands_still_for_longer_than_its_lease_is_dropped_and_does_not_burst_on_its_return(int _)
    {
        var options = new FaultOptions { Isolated = true, Rate = 50, Duration = TimeSpan.FromSeconds(40), Lease = TimeSpan.FromSeconds(5) };
        await using var cluster = await FaultCluster.StartAsync(options);
        var paused = cluster.Workers[0];

        await cluster.Coordinator.WaitForSecondAsync(4);
        await PauseAsync(paused, TimeSpan.FromSeconds(30));
        var back = Stopwatch.GetTimestamp();

        await paused.EndsWithAsync(11, 13);
        await cluster.Coordinator.EndsWithAsync(0, 12);
        foreach (var other in cluster.Workers.Where(worker => worker != paused))
        {
            await other.EndsWithAsync(0);
        }

        var result = await cluster.TakeResultAsync(cluster.Coordinator);
        Assert.Equal(options.Scheduled, result.Books.Scheduled);
        Assert.NotNull(paused.PartOf(result).LostAt);
        Assert.All(paused.OthersOf(result), worker => Assert.Equal((0L, (double?)null), (worker.Books.Lost, worker.LostAt)));
        Assert.All(paused.OthersOf(result), worker => Assert.True(worker.Books.Completed > options.Scheduled / 4, "the others did not take its share"));
        // It missed 30 s of its share. What it was just about to dial when it was stopped it may yet dial.
        Assert.InRange(cluster.Connections.From(paused.Network!.Address).Count(attempt => attempt.At > back), 0, MostUnderWay);
    }

    // The pause itself is what is tested, so its length is a time.
    private static async Task PauseAsync(FaultNode node, TimeSpan length)
    {
        node.Send(Signal.Stop);
        await Task.Delay(length, TestContext.Current.CancellationToken);
        node.Send(Signal.Continue);
    }
}
