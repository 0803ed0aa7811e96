using LoadGen.Cluster.Protocol;
using LoadGen.Cluster.Worker;
using LoadGen.Core.Runs;
using LoadGen.Core.Tallies;

namespace LoadGen.Cluster.Tests.Worker;

public sealed class ReportKeeperTests
{
    private readonly ReportKeeper _keeper = new();

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
            _keeper.Add(new ToCoordinator.TallyReported("run", "a", number, default, 0, usage, false, []));
        }
    }
}
