using LoadGen.TestServers.Processes;

namespace LoadGen.EndToEnd.Tests.Faults;

public sealed class ClockFaultTests
{
    /// <summary>Far more than a busy machine is late by, and far less than the clock is off.</summary>
    private static readonly TimeSpan MostLate = TimeSpan.FromMinutes(1);

    public static TheoryData<string, int> Offsets => Repeat.Each("+5m", "-5m");

    [Theory]
    [MemberData(nameof(Offsets))]
    public async Task A_worker_whose_clock_is_off_starts_with_the_others_and_keeps_their_pace(string offset, int _)
    {
        var options = new FaultOptions
        {
            Workers = 2,
            Duration = TimeSpan.FromSeconds(8),
            FirstWorkerEnvironment = new Dictionary<string, string?>
            {
                ["LD_PRELOAD"] = RealServers.RequireFakeTime(),
                ["FAKETIME"] = offset,
                ["FAKETIME_DONT_FAKE_MONOTONIC"] = "1",
            },
        };
        var before = DateTimeOffset.UtcNow;
        await using var cluster = await FaultCluster.StartAsync(options);

        await cluster.Coordinator.FinishesAsync();
        foreach (var worker in cluster.Workers)
        {
            await worker.EndsWithAsync(0);
        }

        var result = await cluster.TakeResultAsync(cluster.Coordinator);
        Assert.Equal(options.Scheduled, result.Books.Scheduled);
        Assert.Equal(options.Scheduled, result.Books.Completed);
        Assert.All(result.Workers, worker => Assert.Equal(options.Scheduled / 2, worker.Books.Completed));
        Assert.InRange(result.Run.StartedAt, before, DateTimeOffset.UtcNow);
        Assert.InRange(result.Run.DurationSeconds, options.Duration.TotalSeconds, (options.Duration + MostLate).TotalSeconds);
        Assert.Equal(options.Rate, result.Intervals[0].Scheduled);
        Assert.InRange(result.Generator.ScheduleLagMs!.Max, 0, MostLate.TotalMilliseconds);
    }
}
