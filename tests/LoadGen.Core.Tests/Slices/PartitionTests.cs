using CsCheck;
using LoadGen.Core.Plans;
using LoadGen.Core.Shapes;
using LoadGen.Core.Slices;

namespace LoadGen.Core.Tests.Slices;

public sealed class PartitionTests
{
    [Fact]
    public void Every_arrival_belongs_to_exactly_one_worker() => Gen.Select(Gen.Int[1, 3000], Gen.Int[1, 40]).Sample((arrivals, workers) =>
    {
        var slices = Partition.Divide(PlanOf(arrivals, connections: 1000), workers, epoch: 1);

        var dealt = slices.SelectMany(slice => Enumerable.Range(0, (int)slice.Count).Select(k => slice.ArrivalAt(k))).Order();
        Assert.Equal(Enumerable.Range(0, arrivals).Select(n => (long)n), dealt);
    }, iter: 200);

    [Fact]
    public void Shares_differ_by_one_arrival_at_most() => Gen.Select(Gen.Int[1, 100_000], Gen.Int[1, 200]).Sample((arrivals, workers) =>
    {
        var counts = Partition.Divide(PlanOf(arrivals, connections: 1000), workers, epoch: 1).Select(slice => slice.Count).ToList();

        Assert.Equal(arrivals, counts.Sum());
        Assert.InRange(counts.Max() - counts.Min(), 0, 1);
    });

    [Fact]
    public void Connections_are_divided_without_rest() => Gen.Select(Gen.Int[1, 5000], Gen.Int[1, 200]).Sample((connections, workers) =>
    {
        var shares = Partition.Divide(PlanOf(1000, connections), workers, epoch: 1).Select(slice => slice.Connections).ToList();

        Assert.Equal(connections, shares.Sum());
        Assert.InRange(shares.Max() - shares.Min(), 0, 1);
    });

    [Fact]
    public void A_closed_load_is_divided_by_its_connections_and_its_count()
    {
        var plan = PlanOf(1, 1000) with { Load = new Load.Closed(Connections: 5, Duration: null, Count: 101) };

        var slices = Partition.Divide(plan, workers: 2, epoch: 1);

        Assert.Equal([3, 2], slices.Select(slice => slice.Connections));
        Assert.Equal([51L, 50L], slices.Select(slice => slice.Count));
    }

    private static Plan PlanOf(int arrivals, int connections) => new()
    {
        Name = "test",
        Targets = [new Target { Name = "t", Host = "127.0.0.1", Port = 443, ServerName = "localhost" }],
        Profiles = [new Profile { Name = "p" }],
        Load = new Load.Open(new Schedule(new Constant(arrivals, TimeSpan.FromSeconds(1)))),
        Limits = new Limits { Connections = connections },
    };
}
