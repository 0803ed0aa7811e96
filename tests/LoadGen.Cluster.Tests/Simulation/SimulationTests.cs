using LoadGen.Core.Plans;
using LoadGen.Core.Runs;
using LoadGen.Core.Tallies;

namespace LoadGen.Cluster.Tests.Simulation;

/// <summary>
/// Random runs of the real machines of both sides. <c>LOADGEN_SIMULATIONS=50000</c> runs so many instead of a few hundred, and
/// <c>LOADGEN_SIMULATION=4000019</c> the one of that seed alone, whose story then tells every message.
/// </summary>
public sealed class SimulationTests
{
    private static readonly int Runs = int.TryParse(Environment.GetEnvironmentVariable("LOADGEN_SIMULATIONS"), out var runs) ? runs : 350;

    private static readonly int? Only = int.TryParse(Environment.GetEnvironmentVariable("LOADGEN_SIMULATION"), out var seed) ? seed : null;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(6)]
    [InlineData(9)]
    public void Every_run_ends_no_arrival_is_begun_twice_and_every_book_closes(int troubles)
    {
        for (var i = 0; i < Runs / 7; i++)
        {
            var seed = (troubles * 1_000_000) + i;
            if (Only is not null && Only != seed)
            {
                continue;
            }

            var cluster = new SimulatedCluster(seed) { TellsMessages = Only is not null };
            try
            {
                cluster.Play(troubles);
                AssertTrue(cluster, troubles);
            }
            catch (Exception error)
            {
                Assert.Fail($"{troubles} troubles, seed {seed}: {error.Message}\n{error.StackTrace}\n{cluster.Plan.Load}\n{cluster.Story}");
            }
        }
    }

    private static void AssertTrue(SimulatedCluster cluster, int troubles)
    {
        Assert.Empty(cluster.Twice);
        // With a coordinator to the end there is a result, and without any each worker saved what it had. No run has two.
        Assert.InRange(cluster.Endings.Count, cluster.Coordinator is null ? 0 : 1, cluster.Ordered);
        Assert.Distinct(cluster.Endings.Where(each => each.Record is not null).Select(each => each.Record!.RunId));
        foreach (var (_, record) in cluster.Endings)
        {
            if (record is not null)
            {
                AssertTrue(cluster, record);
            }
        }

        if (troubles == 0)
        {
            Assert.Equal(cluster.Ordered, cluster.Endings.Count);
            foreach (var (_, record) in cluster.Endings)
            {
                Assert.Null(record!.AbortReason);
                Assert.Equal(0, record.Books.Lost + record.Books.Dropped + record.Books.Failed);
            }
        }
    }

    private static void AssertTrue(SimulatedCluster cluster, RunRecord record)
    {
        Assert.True(record.Books.Balance, record.Books.ToString());
        Assert.Equal(record.Tally.Books, record.Books);
        var done = cluster.Workers.Aggregate(default(Books), (sum, worker) => sum + worker.Done.GetValueOrDefault(record.RunId));
        Assert.InRange(record.Books.Completed, 0, done.Completed);
        Assert.InRange(record.Books.Dropped, 0, done.Dropped);
        foreach (var worker in record.Workers)
        {
            var its = cluster.Workers.Single(each => each.Id == worker.Id).Done.GetValueOrDefault(record.RunId);
            Assert.InRange(worker.Books.Completed, 0, its.Completed);
            Assert.InRange(worker.Books.Lost, 0, long.MaxValue);
        }

        if (record.AbortReason is null)
        {
            Assert.Equal(ScheduledOf(cluster.Plan.Load) ?? record.Books.Scheduled, record.Books.Scheduled);
        }
    }

    // What an undisturbed run has to account for, however much of it was lost.
    private static long? ScheduledOf(Load load) => load switch
    {
        Load.Open open => open.Schedule.Count,
        Load.Closed { Duration: null, Count: { } count } => count,
        _ => null,
    };
}
