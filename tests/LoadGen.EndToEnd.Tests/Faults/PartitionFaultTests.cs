using System.Diagnostics;

namespace LoadGen.EndToEnd.Tests.Faults;

public sealed class PartitionFaultTests
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);

    public static TheoryData<Cut, int> Cuts => Repeat.Each(Enum.GetValues<Cut>());

    public static TheoryData<bool, int> WithAndWithoutWorkers => Repeat.Each(true, false);

    [Theory]
    [MemberData(nameof(Cuts))]
    public async Task A_worker_that_is_cut_off_for_five_seconds_is_not_missed(Cut cut, int _)
    {
        var options = new FaultOptions { Isolated = true, Duration = TimeSpan.FromSeconds(14) };
        await using var cluster = await FaultCluster.StartAsync(options);
        var (worker, coordinator) = (cluster.Workers[2], cluster.Coordinator);

        await coordinator.WaitForSecondAsync(4);
        await CutAsync(cut, worker, coordinator);
        // The length of the partition is what is tested.
        await Task.Delay(TimeSpan.FromSeconds(5), TestContext.Current.CancellationToken);
        await FaultCluster.HealAsync(worker, coordinator);

        await coordinator.FinishesAsync();
        foreach (var each in cluster.Workers)
        {
            await each.EndsWithAsync(0);
        }

        var result = await cluster.TakeResultAsync(coordinator);
        Assert.Equal(options.Scheduled, result.Books.Scheduled);
        Assert.Equal((0, 0), (result.Books.Lost, result.Books.Dropped));
        Assert.All(result.Workers, each => Assert.Null(each.LostAt));
        Assert.Equal(result.Books.Scheduled / 4, worker.PartOf(result).Books.Completed);
    }

    [Theory]
    [MemberData(nameof(Cuts))]
    public async Task A_worker_that_stays_cut_off_idles_after_its_lease_and_goes_while_others_take_its_share(Cut cut, int _)
    {
        var lease = TimeSpan.FromSeconds(5);
        var options = new FaultOptions { Isolated = true, Lease = lease, Duration = TimeSpan.FromSeconds(22) };
        await using var cluster = await FaultCluster.StartAsync(options);
        var (worker, coordinator) = (cluster.Workers[2], cluster.Coordinator);

        await coordinator.WaitForSecondAsync(4);
        var parted = Stopwatch.GetTimestamp();
        await CutAsync(cut, worker, coordinator);

        await worker.EndsWithAsync(11, 13);
        await coordinator.EndsWithAsync(0, 12);
        foreach (var other in cluster.Workers.Where(each => each != worker))
        {
            await other.EndsWithAsync(0);
        }

        var result = await cluster.TakeResultAsync(coordinator);
        var last = Stopwatch.GetElapsedTime(parted, cluster.Connections.From(worker.Network!.Address)[^1].At);
        Assert.True(last < lease + Grace, $"the worker's last dial was {last} after it was cut off");
        Assert.Equal(options.Scheduled, result.Books.Scheduled);
        Assert.NotNull(worker.PartOf(result).LostAt);
        Assert.All(worker.OthersOf(result), each => Assert.Equal((0L, (double?)null), (each.Books.Lost, each.LostAt)));
        Assert.All(worker.OthersOf(result), each => Assert.True(each.Books.Completed > options.Scheduled / 4, "the others did not take its share"));
    }

    [Theory]
    [MemberData(nameof(WithAndWithoutWorkers))]
    public async Task Only_one_coordinator_finishes_the_run_when_coordinator_and_standby_are_parted(bool withWorkers, int _)
    {
        var options = new FaultOptions { Isolated = true, Standby = true, Lease = TimeSpan.FromSeconds(6), Duration = TimeSpan.FromSeconds(24) };
        await using var cluster = await FaultCluster.StartAsync(options);
        var (coordinator, standby) = (cluster.Coordinator, cluster.Standby);

        await coordinator.WaitForSecondAsync(6);
        await FaultCluster.PartAsync(coordinator, standby);
        foreach (var worker in withWorkers ? [] : cluster.Workers)
        {
            await FaultCluster.PartAsync(coordinator, worker);
        }

        await coordinator.EndsWithAsync(0, 11, 12, 13);
        await standby.EndsWithAsync(0, 11, 12, 13);
        foreach (var worker in cluster.Workers)
        {
            await worker.EndsWithAsync(0);
        }

        var finisher = Assert.Single([coordinator, standby], node => node.HasResult && node.ReadResult().Run.Verdict != "aborted");
        var result = await cluster.TakeResultAsync(finisher);
        Assert.Equal(options.Scheduled, result.Books.Scheduled);

        await (finisher == coordinator ? standby : coordinator).EndsWithAsync(11, 13);
        if (!withWorkers)
        {
            // Where the workers hear both it usually is the one that has the run, but here nobody hears that one.
            Assert.Same(standby, finisher);
        }
    }

    private static async Task CutAsync(Cut cut, FaultNode worker, FaultNode coordinator)
    {
        if (cut is not Cut.ToTheCoordinator)
        {
            await worker.Network!.StopHearingAsync(coordinator.Network!);
        }

        if (cut is not Cut.FromTheCoordinator)
        {
            await coordinator.Network!.StopHearingAsync(worker.Network!);
        }
    }
}
