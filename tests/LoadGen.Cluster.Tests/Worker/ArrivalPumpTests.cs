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
        var pumps = SlicesOf(plan, 2).Select(slice => new ArrivalPump(plan, slice));

        var indices = pumps.SelectMany(pump => TakeAllDue(pump, TimeSpan.FromSeconds(10))).Select(arrival => arrival.Index);

        Assert.Equal(Enumerable.Range(0, 2000).Select(n => (long)n), indices.Order());
    }

    [Fact]
    public void An_open_load_is_exhausted_after_its_last_arrival()
    {
        var pump = Open(rate: 10, seconds: 1);

        Assert.False(pump.TryFinish(TimeSpan.Zero));
        Assert.Equal(10, TakeAllDue(pump, TimeSpan.FromSeconds(2)).Count);
        Assert.True(pump.TryFinish(TimeSpan.FromSeconds(2)));
        Assert.Null(pump.NextDue);
    }

    [Fact]
    public void Nothing_is_taken_after_a_stop()
    {
        var pump = Open(rate: 10, seconds: 1);

        pump.Stop();

        Assert.False(pump.TryTakeDue(TimeSpan.FromSeconds(1), out _));
        Assert.True(pump.TryFinish(TimeSpan.Zero));
    }

    [Fact]
    public void A_closed_load_is_bounded_by_its_count()
    {
        var plan = Plan(new Load.Closed(4, null, 10));
        var pump = new ArrivalPump(plan, SlicesOf(plan, 1)[0]);

        Assert.True(pump.TryOpen(TimeSpan.Zero, out _));
        var taken = 1;
        while (pump.TryTakeNext(TimeSpan.FromSeconds(taken), out var arrival))
        {
            Assert.Equal(TimeSpan.FromSeconds(taken), arrival.Planned);
            taken++;
        }

        Assert.Equal(10, taken);
        Assert.Equal(4, pump.Connections);
    }

    [Fact]
    public void A_closed_load_is_bounded_by_its_duration()
    {
        var plan = Plan(new Load.Closed(4, TimeSpan.FromSeconds(3), null));
        var pump = new ArrivalPump(plan, SlicesOf(plan, 1)[0]);

        Assert.True(pump.TryTakeNext(TimeSpan.FromSeconds(2.9), out _));
        Assert.False(pump.TryTakeNext(TimeSpan.FromSeconds(3), out _));
    }

    [Fact]
    public void A_slice_that_is_cut_ends_there_and_goes_on_where_it_was_when_the_cut_is_undone()
    {
        var plan = Plan(new Load.Open(new Schedule(new Constant(100, TimeSpan.FromSeconds(1)))));
        var whole = SlicesOf(plan, 1)[0];
        var pump = new ArrivalPump(plan, whole);
        var before = TakeAllDue(pump, TimeSpan.FromSeconds(0.2));

        var (reached, finished) = pump.Update([whole with { To = 30 }], isCut: true);
        var cut = TakeAllDue(pump, TimeSpan.FromSeconds(1));
        var isFinishedWhileCut = pump.TryFinish(TimeSpan.FromSeconds(1));
        pump.Update([whole], isCut: false);
        var after = TakeAllDue(pump, TimeSpan.FromSeconds(1));

        Assert.Equal((21L, false), (reached, finished));
        Assert.False(isFinishedWhileCut);
        Assert.Equal((21, 9, 70), (before.Count, cut.Count, after.Count));
        Assert.Equal(Enumerable.Range(0, 100).Select(n => (long)n), before.Concat(cut).Concat(after).Select(arrival => arrival.Index));
    }

    [Fact]
    public void The_next_epoch_follows_where_the_one_before_it_ends()
    {
        var plan = Plan(new Load.Open(new Schedule(new Constant(100, TimeSpan.FromSeconds(1)))));
        var first = SlicesOf(plan, 2)[0] with { To = 50 };
        var second = SlicesOf(plan, 1)[0] with { Epoch = 2, From = 50 };
        var pump = new ArrivalPump(plan, first with { To = 100 });
        TakeAllDue(pump, TimeSpan.FromSeconds(0.3));
        pump.Update([first, second], isCut: false);

        var rest = TakeAllDue(pump, TimeSpan.FromSeconds(1)).Select(arrival => arrival.Index);

        Assert.Equal([.. Enumerable.Range(16, 9).Select(k => 2L * k), .. Enumerable.Range(50, 50).Select(n => (long)n)], rest);
        Assert.True(pump.TryFinish(TimeSpan.FromSeconds(1)));
    }

    [Fact]
    public void Nothing_begins_after_the_lease_and_what_came_due_meanwhile_is_past()
    {
        var pump = Open(rate: 100, seconds: 10);
        pump.Renew(until: TimeSpan.FromSeconds(1), now: TimeSpan.Zero);
        TakeAllDue(pump, TimeSpan.FromSeconds(0.995));

        Assert.Empty(TakeAllDue(pump, TimeSpan.FromSeconds(5)));
        Assert.True(pump.IsFenced);
        pump.Renew(until: TimeSpan.FromSeconds(20), now: TimeSpan.FromSeconds(5));
        var late = TakeAllDue(pump, TimeSpan.FromSeconds(5.1));

        Assert.Equal(411, late.Count);
        Assert.Equal(400, late.Count(pump.IsPast));
    }

    [Fact]
    public void Connections_of_a_closed_load_come_and_go_with_its_share()
    {
        var plan = Plan(new Load.Closed(4, TimeSpan.FromSeconds(10), null));
        var slice = SlicesOf(plan, 1)[0];
        var pump = new ArrivalPump(plan, slice with { Connections = 2 });

        Assert.Equal((true, true, false), (pump.TryOpen(TimeSpan.Zero, out _), pump.TryOpen(TimeSpan.Zero, out _), pump.TryOpen(TimeSpan.Zero, out _)));
        pump.Update([slice with { Connections = 3 }], isCut: false);
        Assert.Equal((true, false), (pump.TryOpen(TimeSpan.Zero, out _), pump.TryOpen(TimeSpan.Zero, out _)));
        pump.Update([slice with { Connections = 2 }], isCut: false);
        Assert.Equal((false, true), (pump.TryTakeNext(TimeSpan.Zero, out _), pump.TryTakeNext(TimeSpan.Zero, out _)));
    }

    private static IReadOnlyList<Slice> SlicesOf(Plan plan, int workers)
    {
        var shares = Enumerable.Range(0, workers).Select(worker => new Share($"worker-{worker}", 1));
        var assignment = new Assignment(1, [new Division(1, 0, [.. shares])]);
        return [.. Enumerable.Range(0, workers).SelectMany(worker => assignment.SlicesOf(plan, $"worker-{worker}"))];
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
        return new ArrivalPump(plan, SlicesOf(plan, 1)[0]);
    }

    private static Plan Plan(Load load) => new()
    {
        Name = "test",
        Targets = [new Target { Name = "t", Host = "127.0.0.1", Port = 443, ServerName = "localhost" }],
        Profiles = [new Profile { Name = "p" }],
        Load = load,
    };
}
