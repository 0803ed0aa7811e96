using System.Diagnostics;
using LoadGen.TestServers.Processes;

namespace LoadGen.EndToEnd.Tests.Faults;

[Collection(nameof(Alone))]
public sealed class StoppedClusterFaultTests
{
    private static readonly TimeSpan LastDialWithin = TimeSpan.FromSeconds(1);

    [Theory]
    [MemberData(nameof(Repeat.Always), MemberType = typeof(Repeat))]
    public async Task Nobody_dials_a_second_after_everything_was_told_to_stop_and_the_result_is_complete(int _)
    {
        await using var cluster = await FaultCluster.StartAsync(new FaultOptions { Isolated = true, Duration = TimeSpan.FromSeconds(60) });

        await cluster.Coordinator.WaitForSecondAsync(4);
        var told = Stopwatch.GetTimestamp();
        foreach (var node in cluster.Workers.Prepend(cluster.Coordinator))
        {
            node.Send(Signal.Terminate);
        }

        await cluster.Coordinator.EndsWithAsync(11);
        foreach (var worker in cluster.Workers)
        {
            await worker.EndsWithAsync(11, 0);
        }

        var result = await cluster.TakeResultAsync(cluster.Coordinator);
        var last = Stopwatch.GetElapsedTime(told, cluster.Connections.Attempts[^1].At);
        Assert.Equal("aborted", result.Run.Verdict);
        Assert.Equal(4, result.Workers.Count);
        Assert.Equal(0, result.Books.Lost);
        Assert.True(last < LastDialWithin, $"the last dial was {last} after the signal");
    }
}
