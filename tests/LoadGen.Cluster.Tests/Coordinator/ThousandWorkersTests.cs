using LoadGen.Cluster.Tests.Fleet;
using LoadGen.Core.Runs;

namespace LoadGen.Cluster.Tests.Coordinator;

/// <summary>
/// A thousand workers that report each second, every histogram full. How fast that is, benchmarks tell. They run alone, or they
/// would take the processor from tests whose loads keep to their times.
/// </summary>
[CollectionDefinition(nameof(ThousandWorkersTests), DisableParallelization = true)]
[Collection(nameof(ThousandWorkersTests))]
public sealed class ThousandWorkersTests
{
    private const int Workers = 1000;
    private const int PerSecond = 200;

    [Fact]
    public async Task What_a_thousand_workers_report_is_counted_exactly()
    {
        const int seconds = 4;
        await using var fleet = SimulatedFleet.Start(new FleetOptions { Workers = Workers, Seconds = seconds, ArrivalsPerSecond = PerSecond });

        var record = await fleet.EndAsync();

        Assert.Equal(fleet.Reported.Encode(), record.Tally.Encode());
        Assert.Equal(Workers * seconds * PerSecond, record.Books.Scheduled);
        Assert.True(record.Books.Balance, record.Books.ToString());
        Assert.Equal(record.Tally.Books, record.Books);
        Assert.Equal(0, record.Books.Lost);
        Assert.Equal(Workers, record.Workers.Count);
        Assert.All(record.Workers, worker => Assert.Equal(seconds * PerSecond, worker.Books.Scheduled));
        Assert.Equal(VerdictKind.Pass, Verdict.Of(record).Kind);
    }

    [Fact]
    public async Task One_of_a_thousand_is_lost_another_joins_and_the_books_balance()
    {
        // Stopped once it has shown what it should; on a busy machine that takes a while.
        await using var fleet = SimulatedFleet.Start(new FleetOptions { Workers = Workers, Seconds = 300, ArrivalsPerSecond = PerSecond });
        await fleet.Observer.Until(progress => progress.Workers.All(worker => worker.LastReport > 0));

        var lost = fleet.Lose(Workers / 2);
        var joined = fleet.Join();
        await fleet.Observer.Until(progress => IsLost(progress, lost) && HasReported(progress, joined));
        fleet.Stop();
        var record = await fleet.EndAsync();

        var books = record.Workers.ToDictionary(worker => worker.Id, worker => worker.Books);
        var expected = fleet.Reported;
        expected.RecordLost(books[lost].Lost);
        Assert.Equal(expected.Encode(), record.Tally.Encode());
        Assert.Equal(Workers + 1, record.Workers.Count);
        Assert.True(record.Books.Balance, record.Books.ToString());
        Assert.Equal(record.Tally.Books, record.Books);
        Assert.Equal(books[lost].Lost, record.Books.Lost);
        Assert.InRange(books[joined].Completed, 1, long.MaxValue);
        Assert.Equal(VerdictKind.Aborted, Verdict.Of(record).Kind);
    }

    private static bool IsLost(RunProgress progress, string id) => progress.Workers.Any(worker => worker.Id == id && worker is { Stage: WorkerStage.Lost, IsSettled: true });

    private static bool HasReported(RunProgress progress, string id) => progress.Workers.Any(worker => worker.Id == id && worker.Books.Completed > 0);
}
