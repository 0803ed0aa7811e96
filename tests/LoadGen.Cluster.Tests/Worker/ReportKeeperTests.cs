using LoadGen.Cluster.Protocol;
using LoadGen.Cluster.Worker;
using LoadGen.Core.Plans;
using LoadGen.Core.Runs;
using LoadGen.Core.Shapes;
using LoadGen.Core.Tallies;

namespace LoadGen.Cluster.Tests.Worker;

public sealed class ReportKeeperTests
{
    private static readonly Plan Plan = new()
    {
        Name = "test",
        Targets = [new Target { Name = "t", Host = "127.0.0.1", Port = 443, ServerName = "localhost" }],
        Profiles = [new Profile { Name = "p" }],
        Load = new Load.Open(new Schedule(new Constant(100, TimeSpan.FromSeconds(10)))),
    };

    private readonly ReportKeeper _keeper = new(Plan);

    [Fact]
    public void Reports_are_kept_until_a_checkpoint_covers_them()
    {
        Report(1, 2, 3, 4);

        _keeper.Drop(2);

        Assert.Equal([3L, 4L], _keeper.Reports.Select(report => report.Number));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void Letting_go_of_less_than_before_brings_nothing_back_and_drops_nothing(long number)
    {
        Report(1, 2, 3);
        _keeper.Drop(2);

        _keeper.Drop(number);

        Assert.Equal([3L], _keeper.Reports.Select(report => report.Number));
    }

    [Fact]
    public void Merged_reports_are_one_that_says_where_it_begins_and_has_all_their_counts()
    {
        Report(1, 2, 3, 4);

        _keeper.Merge(2);
        _keeper.Merge(3);

        var (merged, last) = (_keeper.Reports[0], _keeper.Reports[1]);
        Assert.Equal((1, 3, 4), (merged.First, merged.Number, last.First));
        Assert.Equal(new Books(1 + 2 + 3, 1 + 2 + 3, 0, 0, 0), merged.Ended);
        var tally = new Tally(1, 1);
        tally.MergeEncoded(merged.EncodedTally);
        Assert.Equal(merged.Ended, tally.Books);
        Assert.Equal(6, tally.Response.Count);
    }

    [Fact]
    public void A_checkpoint_that_covers_merged_reports_lets_go_of_them_too()
    {
        Report(1, 2, 3);
        _keeper.Merge(2);

        _keeper.Drop(2);

        Assert.Equal([3L], _keeper.Reports.Select(report => report.First));
    }

    [Theory]
    [InlineData(4, true, 4)]
    [InlineData(3, true, 3)]
    [InlineData(2, false, 3)]
    public void A_checkpoint_takes_the_place_of_one_that_is_not_later(int version, bool held, int expected)
    {
        Assert.True(_keeper.Hold(CheckpointOf(3)));

        Assert.Equal(held, _keeper.Hold(CheckpointOf(version)));
        Assert.Equal(expected, _keeper.Checkpoint?.Version);
    }

    private static Checkpoint CheckpointOf(int version) => new(version, [], []);

    private void Report(params long[] numbers)
    {
        var usage = new GeneratorUsage("host:1", 2, TimeSpan.Zero, TimeSpan.Zero, TimeSpan.Zero);
        foreach (var number in numbers)
        {
            var tally = TallyOf(number);
            _keeper.Add(new ToCoordinator.TallyReported("run", "a", number, tally.Books, 0, usage, false, tally.Encode()));
        }
    }

    // As many handshakes as its number.
    private static Tally TallyOf(long number)
    {
        var tally = new Tally(1, 1);
        for (var i = 0; i < number; i++)
        {
            tally.Record(new Sample(i, 0, 0, TimeSpan.Zero, TimeSpan.Zero, TimeSpan.FromMilliseconds(1), FakeEngine.Completed));
        }

        return tally;
    }
}
