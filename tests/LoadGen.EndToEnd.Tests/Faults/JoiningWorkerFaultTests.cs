namespace LoadGen.EndToEnd.Tests.Faults;

[Collection(nameof(Alone))]
public sealed class JoiningWorkerFaultTests
{
    [Theory]
    [MemberData(nameof(Repeat.Always), MemberType = typeof(Repeat))]
    public async Task A_worker_that_joins_under_way_takes_its_share_and_nothing_is_missing(int _)
    {
        var options = new FaultOptions { Duration = TimeSpan.FromSeconds(18) };
        await using var cluster = await FaultCluster.StartAsync(options);

        await cluster.Coordinator.WaitForSecondAsync(3);
        var late = await cluster.AddWorkerAsync();

        await cluster.Coordinator.FinishesAsync();
        foreach (var worker in cluster.Workers)
        {
            await worker.EndsWithAsync(0);
        }

        var result = await cluster.TakeResultAsync(cluster.Coordinator);
        Assert.Equal(options.Scheduled, result.Books.Scheduled);
        Assert.Equal(options.Scheduled, result.Books.Completed);
        Assert.True(late.PartOf(result).Books.Scheduled > 0, "the late worker had nothing to do");
        Assert.Equal(5, result.Workers.Count);
    }
}
