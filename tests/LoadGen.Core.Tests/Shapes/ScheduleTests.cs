using CsCheck;
using LoadGen.Core.Shapes;

namespace LoadGen.Core.Tests.Shapes;

public sealed class ScheduleTests
{
    private static readonly Gen<IShape> Parts = Gen.OneOf<IShape>(
        Gen.Select(Gen.Double[0.1, 5000], Gen.Int[1, 60_000]).Select((rate, milliseconds) => (IShape)new Constant(rate, TimeSpan.FromMilliseconds(milliseconds))),
        Gen.Select(Gen.Double[0, 5000], Gen.Double[0.1, 5000], Gen.Bool, Gen.Int[1, 60_000])
            .Select((from, to, down, milliseconds) => (IShape)new Ramp(down ? to : from, down ? from : to, TimeSpan.FromMilliseconds(milliseconds))));

    private static readonly Gen<IShape> Shapes = Gen.OneOf(Parts, Parts.Array[1, 5].Select(parts => (IShape)new Stages(parts)));

    [Theory]
    [InlineData(300, 10, 3000)]
    [InlineData(0.5, 10, 5)]
    [InlineData(0.1, 1, 1)]
    [InlineData(333.3, 3, 1000)]
    [InlineData(0.3, 10, 3)]
    public void A_constant_rate_schedules_rate_times_duration(double rate, double seconds, long expected)
        => Assert.Equal(expected, new Schedule(new Constant(rate, TimeSpan.FromSeconds(seconds))).Count);

    [Fact]
    public void A_constant_rate_spaces_its_arrivals_evenly_from_zero()
    {
        var schedule = new Schedule(new Constant(300, TimeSpan.FromSeconds(10)));

        Assert.Equal(TimeSpan.Zero, schedule.TimeOf(0));
        Assert.Equal(TimeSpan.FromSeconds(1), schedule.TimeOf(300));
        Assert.Equal(TimeSpan.FromTicks(33_333), schedule.TimeOf(1));
    }

    [Fact]
    public void A_ramp_and_a_hold_schedule_the_area_under_them_second_by_second()
    {
        var schedule = new Schedule(new Stages([new Ramp(0, 400, TimeSpan.FromSeconds(10)), new Constant(400, TimeSpan.FromSeconds(5))]));

        Assert.Equal(4000, schedule.Count);
        for (var second = 0; second < 10; second++)
        {
            // The area of second s of a slope of 40/s^2: 40 s + 20. Arrival 0 falls on the very start of the curve.
            Assert.Equal((40 * second) + 20, In(schedule, second));
        }

        for (var second = 10; second < 15; second++)
        {
            Assert.Equal(400, In(schedule, second));
        }
    }

    [Fact]
    public void A_count_ends_the_schedule_when_the_next_arrival_would_have_been_due()
    {
        var schedule = new Schedule(new Constant(100, TimeSpan.FromSeconds(10)), atMost: 250);

        Assert.Equal(250, schedule.Count);
        Assert.Equal(TimeSpan.FromSeconds(2.5), schedule.Duration);
    }

    [Fact]
    public void A_count_above_the_shape_changes_nothing()
    {
        var schedule = new Schedule(new Constant(100, TimeSpan.FromSeconds(10)), atMost: 5000);

        Assert.Equal(1000, schedule.Count);
        Assert.Equal(TimeSpan.FromSeconds(10), schedule.Duration);
    }

    [Fact]
    public void Times_never_go_back_and_stay_inside_the_shape() => Gen.Select(Shapes, Gen.Double[0, 1]).Sample((shape, part) =>
    {
        var schedule = new Schedule(shape);
        var n = (long)(part * (schedule.Count - 1));

        var time = schedule.TimeOf(n);
        Assert.InRange(time, TimeSpan.Zero, shape.Duration);
        Assert.True(n == 0 || schedule.TimeOf(n - 1) <= time);
    });

    [Fact]
    public void The_time_of_an_area_is_when_the_curve_reaches_it() => Gen.Select(Shapes, Gen.Double[0, 1]).Sample((shape, part) =>
    {
        var area = part * shape.Arrivals;

        // A tick is 100 ns, in which a curve of at most 5000/s gains 0.0005.
        Assert.Equal(area, shape.ArrivalsBy(shape.TimeOf(area)), 1e-3);
    });

    [Fact]
    public void The_count_before_a_time_is_the_number_of_arrivals_due_before_it()
        => Gen.Select(Parts, Gen.Double[0, 1.1]).Sample((shape, part) =>
        {
            var schedule = new Schedule(shape, atMost: 2000);
            var time = shape.Duration * part;

            var expected = 0L;
            while (expected < schedule.Count && schedule.TimeOf(expected) < time)
            {
                expected++;
            }

            Assert.Equal(expected, schedule.CountBefore(time));
        }, iter: 300);

    [Fact]
    public void The_rate_is_the_slope_of_the_area() => Gen.Select(Parts, Gen.Double[0.01, 0.99]).Sample((shape, part) =>
    {
        var time = shape.Duration * part;
        var step = shape.Duration * 0.001;

        var slope = (shape.ArrivalsBy(time + step) - shape.ArrivalsBy(time - step)) / (2 * step.TotalSeconds);
        Assert.Equal(shape.RateAt(time), slope, 1 + (shape.RateAt(time) * 0.01));
    });

    private static long In(Schedule schedule, int second)
        => schedule.CountBefore(TimeSpan.FromSeconds(second + 1)) - schedule.CountBefore(TimeSpan.FromSeconds(second));
}
