using LoadGen.Cluster.Worker;
using LoadGen.Core.Plans;
using LoadGen.Core.Shapes;
using LoadGen.Core.Slices;

namespace LoadGen.Cluster.Tests.Worker;

public sealed class ArrivalPumpTests
{
    [Fact]
    public void An_arrival_keeps_its_exact_planned_time_however_late_it_is_taken()
    {
        var pump = Open(rate: 100, seconds: 1);

        var taken = TakeAllDue(pump, TimeSpan.FromSeconds(0.0351));

        Assert.Equal([0, 10, 20, 30], taken.Select(arrival => arrival.Planned.TotalMilliseconds));
        Assert.Equal(TimeSpan.FromMilliseconds(40), pump.NextDue);
    }

    [Fact]
    public void Two_workers_take_every_arrival_exactly_once()
    {
        var plan = Plan(new Load.Open(new Schedule(new Ramp(0, 400, TimeSpan.FromSeconds(10)))));
        var pumps = Partition.Divide(plan, 2, 1).Select(slice => new ArrivalPump(plan, slice));

        var indices = pumps.SelectMany(pump => TakeAllDue(pump, TimeSpan.FromSeconds(10))).Select(arrival => arrival.Index);

        Assert.Equal(Enumerable.Range(0, 2000).Select(n => (long)n), indices.Order());
    }

    [Fact]
    public void An_open_load_is_exhausted_after_its_last_arrival()
    {
        var pump = Open(rate: 10, seconds: 1);

        Assert.False(pump.IsExhausted(TimeSpan.Zero));
        Assert.Equal(10, TakeAllDue(pump, TimeSpan.FromSeconds(2)).Count);
        Assert.True(pump.IsExhausted(TimeSpan.FromSeconds(2)));
        Assert.Null(pump.NextDue);
    }

    [Fact]
    public void Nothing_is_taken_after_a_stop()
    {
        var pump = Open(rate: 10, seconds: 1);

        pump.Stop();

        Assert.False(pump.TryTakeDue(TimeSpan.FromSeconds(1), out _));
        Assert.True(pump.IsExhausted(TimeSpan.Zero));
    }

    [Fact]
    public void A_closed_load_is_bounded_by_its_count()
    {
        var plan = Plan(new Load.Closed(4, null, 10));
        var pump = new ArrivalPump(plan, Partition.Divide(plan, 1, 1)[0]);

        var taken = 0;
        while (pump.TryTakeNext(TimeSpan.FromSeconds(taken), out var arrival))
        {
            Assert.Equal(TimeSpan.FromSeconds(taken), arrival.Planned);
            taken++;
        }

        Assert.Equal(10, taken);
        Assert.Equal(4, pump.ClosedConnections);
    }

    [Fact]
    public void A_closed_load_is_bounded_by_its_duration()
    {
        var plan = Plan(new Load.Closed(4, TimeSpan.FromSeconds(3), null));
        var pump = new ArrivalPump(plan, Partition.Divide(plan, 1, 1)[0]);

        Assert.True(pump.TryTakeNext(TimeSpan.FromSeconds(2.9), out _));
        Assert.False(pump.TryTakeNext(TimeSpan.FromSeconds(3), out _));
    }

    private static List<Arrival> TakeAllDue(ArrivalPump pump, TimeSpan now)
    {
        var taken = new List<Arrival>();
        while (pump.TryTakeDue(now, out var arrival))
        {
            taken.Add(arrival);
        }

        return taken;
    }

    private static ArrivalPump Open(double rate, double seconds)
    {
        var plan = Plan(new Load.Open(new Schedule(new Constant(rate, TimeSpan.FromSeconds(seconds)))));
        return new ArrivalPump(plan, Partition.Divide(plan, 1, 1)[0]);
    }

    private static Plan Plan(Load load) => new()
    {
        Name = "test",
        Targets = [new Target { Name = "t", Host = "127.0.0.1", Port = 443, ServerName = "localhost" }],
        Profiles = [new Profile { Name = "p" }],
        Load = load,
    };
}
