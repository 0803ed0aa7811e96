using CsCheck;
using LoadGen.Core.Plans;
using LoadGen.Core.Shapes;
using LoadGen.Core.Slices;

namespace LoadGen.Core.Tests.Slices;

public sealed class AssignmentTests
{
    private static readonly Gen<int[]> Weights = Gen.Int[1, 9].Array[1, 12];

    [Fact]
    public void Every_arrival_belongs_to_exactly_one_worker() => Gen.Select(Gen.Int[1, 3000], Weights).Sample((arrivals, weights) =>
    {
        var slices = SlicesOf(PlanOf(arrivals, connections: 1000), weights);

        Assert.Equal(Enumerable.Range(0, arrivals).Select(n => (long)n), ArrivalsOf(slices).Order());
    }, iter: 200);

    [Fact]
    public void Every_arrival_belongs_to_one_worker_whatever_the_epochs()
        => Gen.Select(Gen.Int[1, 3000], Gen.Select(Gen.Int[0, 3000], Weights).Array[1, 5]).Sample((arrivals, changes) =>
        {
            var plan = PlanOf(arrivals, connections: 1000);
            var divisions = changes.OrderBy(change => change.Item1)
                .Select((change, i) => new Division(i + 1, i == 0 ? 0 : change.Item1, SharesOf(change.Item2)));
            var assignment = new Assignment(1, [.. divisions]);

            var slices = Enumerable.Range(0, 12).SelectMany(worker => assignment.SlicesOf(plan, Name(worker)));

            Assert.Equal(Enumerable.Range(0, arrivals).Select(n => (long)n), ArrivalsOf(slices).Order());
        }, iter: 200);

    [Fact]
    public void Nobody_is_given_anything_from_a_cut_on()
    {
        var plan = PlanOf(1000, connections: 10);
        var cut = new Assignment(2, [new Division(1, 0, SharesOf([1, 1, 1]))], CutAt: 400);

        Assert.Equal(Enumerable.Range(0, 400).Select(n => (long)n), ArrivalsOf(Enumerable.Range(0, 3).SelectMany(w => cut.SlicesOf(plan, Name(w)))).Order());
    }

    [Fact]
    public void What_was_given_before_an_arrival_is_counted_exactly() => Gen.Select(Gen.Int[1, 500], Gen.Int[0, 600], Weights).Sample((arrivals, before, weights) =>
    {
        var plan = PlanOf(arrivals, connections: 1000);
        var assignment = new Assignment(1, [new Division(1, 0, SharesOf(weights))]);

        for (var worker = 0; worker < weights.Length; worker++)
        {
            var counted = ArrivalsOf(assignment.SlicesOf(plan, Name(worker))).Count(arrival => arrival < before);
            Assert.Equal(counted, assignment.GivenTo(plan, Name(worker), before));
        }
    }, iter: 200);

    [Fact]
    public void Equal_shares_differ_by_one_arrival_at_most() => Gen.Select(Gen.Int[1, 100_000], Gen.Int[1, 200]).Sample((arrivals, workers) =>
    {
        var counts = SlicesOf(PlanOf(arrivals, connections: 1000), [.. Enumerable.Repeat(3, workers)]).Select(slice => slice.Count).ToList();

        Assert.Equal(arrivals, counts.Sum());
        Assert.InRange(counts.Max() - counts.Min(), 0, 1);
    });

    [Fact]
    public void A_share_is_as_large_as_its_weight_and_spread_evenly()
    {
        var slices = SlicesOf(PlanOf(6000, connections: 1000), [4, 1, 1]);

        Assert.Equal([4000L, 1000L, 1000L], slices.Select(slice => slice.Count));
        Assert.All(Enumerable.Range(0, 10), round => Assert.InRange(ArrivalsOf(slices.Take(1)).Count(n => n / 60 == round), 39, 41));
    }

    [Fact]
    public void Connections_are_divided_without_rest() => Gen.Select(Gen.Int[1, 5000], Gen.Int[1, 200]).Sample((connections, workers) =>
    {
        var shares = SlicesOf(PlanOf(1000, connections), [.. Enumerable.Repeat(1, workers)]).Select(slice => slice.Connections).ToList();

        Assert.Equal(connections, shares.Sum());
        Assert.InRange(shares.Max() - shares.Min(), 0, 1);
    });

    [Fact]
    public void A_closed_load_is_divided_by_its_connections_and_its_count()
    {
        var plan = PlanOf(1, 1000) with { Load = new Load.Closed(Connections: 5, Duration: null, Count: 101) };

        var slices = SlicesOf(plan, [1, 1]);

        Assert.Equal([3, 2], slices.Select(slice => slice.Connections));
        Assert.Equal([51L, 50L], slices.Select(slice => slice.Count));
    }

    [Fact]
    public void The_connections_of_a_closed_load_follow_the_present_division_and_its_count_the_first()
    {
        var plan = PlanOf(1, 1000) with { Load = new Load.Closed(Connections: 5, Duration: null, Count: 101) };
        var assignment = new Assignment(2, [new Division(1, 0, SharesOf([1, 1])), new Division(2, 0, [new Share(Name(1), 1)])]);

        Assert.Equal((5, 50L), (Assert.Single(assignment.SlicesOf(plan, Name(1))).Connections, assignment.GivenTo(plan, Name(1))));
        Assert.Equal(0, Assert.Single(assignment.SlicesOf(plan, Name(0))).Connections);
    }

    private static IEnumerable<long> ArrivalsOf(IEnumerable<Slice> slices)
        => slices.SelectMany(slice => Enumerable.Range(0, (int)slice.Count).Select(k => slice.ArrivalAt(k)));

    private static List<Slice> SlicesOf(Plan plan, int[] weights)
    {
        var assignment = new Assignment(1, [new Division(1, 0, SharesOf(weights))]);
        return [.. Enumerable.Range(0, weights.Length).SelectMany(worker => assignment.SlicesOf(plan, Name(worker)))];
    }

    private static System.Collections.Immutable.ImmutableArray<Share> SharesOf(int[] weights) => [.. weights.Select((weight, worker) => new Share(Name(worker), weight))];

    private static string Name(int worker) => $"worker-{worker:00}";

    private static Plan PlanOf(int arrivals, int connections) => new()
    {
        Name = "test",
        Targets = [new Target { Name = "t", Host = "127.0.0.1", Port = 443, ServerName = "localhost" }],
        Profiles = [new Profile { Name = "p" }],
        Load = new Load.Open(new Schedule(new Constant(arrivals, TimeSpan.FromSeconds(1)))),
        Limits = new Limits { Connections = connections },
    };
}
