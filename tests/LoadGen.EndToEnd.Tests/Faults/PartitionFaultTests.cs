using System.Diagnostics;

namespace LoadGen.EndToEnd.Tests.Faults;

[Collection(nameof(Alone))]
public sealed class PartitionFaultTests
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);

    public static TheoryData<bool, int> WithAndWithoutWorkers => Repeat.Each(true, false);

    [Theory]
    [MemberData(nameof(Repeat.Always), MemberType = typeof(Repeat))]
    public async Task Workers_that_are_cut_off_for_five_seconds_are_not_missed(int _)
    {
        var options = new FaultOptions { Isolated = true, Duration = TimeSpan.FromSeconds(14) };
        await using var cluster = await FaultCluster.StartAsync(options);
        var coordinator = cluster.Coordinator;

        await coordinator.WaitForSecondAsync(4);
        await CutEachWayAsync(cluster);
        // The length of the partition is what is tested.
        await Task.Delay(TimeSpan.FromSeconds(5), TestContext.Current.CancellationToken);
        await FaultCluster.HealAsync([coordinator, .. cluster.Workers]);

        await coordinator.FinishesAsync();
        foreach (var each in cluster.Workers)
        {
            await each.EndsWithAsync(0);
        }

        var result = await cluster.TakeResultAsync(coordinator);
        Assert.Equal(options.Scheduled, result.Books.Scheduled);
        Assert.Equal(0, result.Books.Lost);
        Assert.All(result.Workers, each => Assert.Null(each.LostAt));
        // A machine that was too busy to begin handshakes on time drops some, and says so.
        Assert.True(result.Books.Dropped == 0 || result.Generator.Limited, $"{result.Books.Dropped} dropped");
        Assert.All(result.Workers, each => Assert.Equal(options.Scheduled / options.Workers, each.Books.Completed + each.Books.Dropped));
    }

    [Theory]
    [MemberData(nameof(Repeat.Always), MemberType = typeof(Repeat))]
    public async Task Workers_that_stay_cut_off_idle_after_their_lease_and_go_while_another_takes_their_shares(int _)
    {
        var lease = TimeSpan.FromSeconds(5);
        var options = new FaultOptions { Isolated = true, Lease = lease, Duration = TimeSpan.FromSeconds(22) };
        await using var cluster = await FaultCluster.StartAsync(options);
        var coordinator = cluster.Coordinator;

        await coordinator.WaitForSecondAsync(4);
        var parted = Stopwatch.GetTimestamp();
        var (cutOff, heard) = await CutEachWayAsync(cluster);

        foreach (var each in cutOff)
        {
            await each.EndsWithAsync(11, 13);
        }

        await coordinator.EndsWithAsync(0, 12);
        await heard.EndsWithAsync(0);
        var result = await cluster.TakeResultAsync(coordinator);
        Assert.Equal(options.Scheduled, result.Books.Scheduled);
        foreach (var each in cutOff)
        {
            var last = Stopwatch.GetElapsedTime(parted, cluster.Connections.From(each.Network!.Address)[^1].At);
            Assert.True(last < lease + Grace, $"the last dial of {each.Name} was {last} after it was cut off");
            Assert.NotNull(each.PartOf(result).LostAt);
        }

        Assert.Equal((0L, (double?)null), (heard.PartOf(result).Books.Lost, heard.PartOf(result).LostAt));
        Assert.True(heard.PartOf(result).Books.Completed > options.Scheduled / 2, "the other did not take their shares");
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

    // One worker hears the coordinator no more, one is not heard by it, and one neither; the last is left alone.
    private static async Task<(IReadOnlyList<FaultNode> CutOff, FaultNode Heard)> CutEachWayAsync(FaultCluster cluster)
    {
        var (deaf, mute, both, heard) = (cluster.Workers[0], cluster.Workers[1], cluster.Workers[2], cluster.Workers[3]);
        await deaf.Network!.StopHearingAsync(cluster.Coordinator.Network!);
        await cluster.Coordinator.Network!.StopHearingAsync(mute.Network!);
        await FaultCluster.PartAsync(both, cluster.Coordinator);
        return ([deaf, mute, both], heard);
    }
}
