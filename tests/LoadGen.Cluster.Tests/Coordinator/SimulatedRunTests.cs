using LoadGen.Core.Runs;
using LoadGen.Core.Tallies;

namespace LoadGen.Cluster.Tests.Coordinator;

public sealed class SimulatedRunTests
{
    public static TheoryData<int, int> Runs => [.. from troubles in Enumerable.Range(0, 7) from seed in Enumerable.Range(0, 40) select (troubles, seed)];

    [Theory]
    [MemberData(nameof(Runs))]
    public void No_arrival_is_begun_twice_and_the_books_tell_what_became_of_each(int troubles, int seed)
    {
        var run = new SimulatedRun((troubles * 1000) + seed);

        run.Play(troubles);

        Assert.Equal(run.Begun.Count, run.Begun.Distinct().Count());
        Assert.Equal(run.Scheduled, run.State.Books.Scheduled);
        Assert.True(run.State.Books.Balance, run.State.Books.ToString());
        Assert.All(run.Workers.Where(worker => worker.Done.Scheduled > 0), worker => AssertTold(worker.Done, run.State.Workers[worker.Id]));
        if (troubles == 0)
        {
            Assert.Equal(run.Scheduled, run.State.Books.Completed);
        }
    }

    // Whoever reported to the end told everything; whoever was lost told a part, and the rest is lost.
    private static void AssertTold(Books done, WorkerState worker)
    {
        if (worker.Stage == WorkerStage.Finished)
        {
            Assert.Equal((done.Completed, done.Dropped), (worker.Books.Completed, worker.Books.Dropped));
        }
        else
        {
            Assert.InRange(worker.Books.Completed, 0, done.Completed);
            Assert.InRange(worker.Books.Lost, done.Scheduled - worker.Books.Completed - worker.Books.Dropped, long.MaxValue);
        }
    }
}
