using LoadGen.TestServers.Processes;

namespace LoadGen.EndToEnd.Tests.Faults;

[Collection(nameof(Alone))]
public sealed class LostWorkerFaultTests
{
    private const int Window = 3;
    private const double FullRate = 0.98;

    [Theory]
    [MemberData(nameof(Repeat.Always), MemberType = typeof(Repeat))]
    public async Task The_rate_is_back_within_ten_seconds_when_a_worker_is_killed(int _)
    {
        var options = new FaultOptions { Duration = TimeSpan.FromSeconds(24) };
        await using var cluster = await FaultCluster.StartAsync(options);
        var victim = cluster.Workers[1];
        const int killedAt = 8;

        await cluster.Coordinator.WaitForSecondAsync(killedAt);
        victim.Send(Signal.Kill);

        // Above one arrival lost in a hundred, the run says nothing about the server.
        var code = await cluster.Coordinator.EndsWithAsync(0, 12);
        foreach (var survivor in cluster.Workers.Where(worker => worker != victim))
        {
            await survivor.EndsWithAsync(0);
        }

        var result = await cluster.TakeResultAsync(cluster.Coordinator);
        Assert.Equal(options.Scheduled, result.Books.Scheduled);
        Assert.True(result.Books.Lost > 0, "nothing was lost with the worker");
        Assert.Equal(result.Books.Lost, victim.PartOf(result).Books.Lost);
        Assert.NotNull(victim.PartOf(result).LostAt);
        Assert.All(victim.OthersOf(result), worker => Assert.Equal((0L, (double?)null), (worker.Books.Lost, worker.LostAt)));
        var tooMuchLost = result.Books.Lost * 100 > result.Books.Scheduled;
        Assert.True(code == 0 || tooMuchLost || result.Generator.Limited, string.Join('\n', result.Run.Reasons));
        Assert.Equal(tooMuchLost, result.Run.Reasons.Any(reason => reason.Contains("lost with their workers", StringComparison.Ordinal)));
        if (!result.Generator.Limited)
        {
            // A machine that was too busy to begin handshakes on time shows nothing of the rate that survivors can keep.
            Assert.Equal(0, result.Books.Dropped);
            AssertFullRate([.. result.Intervals.Skip(killedAt + 11).Take(24 - killedAt - 11).Select(interval => interval.Completed)], options.Rate);
        }
    }

    // A handshake may end in the second after the one it began in, so seconds are taken by threes.
    private static void AssertFullRate(long[] completed, int rate)
    {
        Assert.Equal(5, completed.Length);
        for (var i = 0; i + Window <= completed.Length; i++)
        {
            Assert.True(
                completed[i..(i + Window)].Sum() >= FullRate * rate * Window,
                $"completed second by second, from eleven after the kill: {string.Join(' ', completed)}");
        }
    }
}
