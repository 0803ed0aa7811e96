namespace LoadGen.Core.Shapes;

/// <summary>
/// An arrival rate as a function of time, with its integral and the inverse of that in closed form. A value: it has no
/// clock and no state, so that any worker can compute the time of any arrival.
/// </summary>
public interface IShape
{
    /// <summary>How long the shape lasts.</summary>
    TimeSpan Duration { get; }

    /// <summary>The area under the rate over <see cref="Duration"/>: how many arrivals, not rounded.</summary>
    double Arrivals { get; }

    /// <summary>Arrivals per second at <paramref name="time"/>; zero outside the shape.</summary>
    double RateAt(TimeSpan time);

    /// <summary>The area under the rate from 0 to <paramref name="time"/>.</summary>
    double ArrivalsBy(TimeSpan time);

    /// <summary>
    /// The inverse of <see cref="ArrivalsBy"/>: when the area reaches <paramref name="arrivals"/>, from 0 to
    /// <see cref="Arrivals"/>.
    /// </summary>
    TimeSpan TimeOf(double arrivals);
}

/// <summary>Times inside a shape.</summary>
internal static class ShapeTime
{
    /// <summary><paramref name="time"/> moved into 0 to <paramref name="duration"/>.</summary>
    public static TimeSpan Within(TimeSpan time, TimeSpan duration)
        => time < TimeSpan.Zero ? TimeSpan.Zero : time > duration ? duration : time;

    /// <summary>Seconds to the nearest tick (100 ns); <see cref="TimeSpan.FromSeconds(double)"/> would do the same, but throws on overflow.</summary>
    public static TimeSpan FromSeconds(double seconds)
        => seconds >= TimeSpan.MaxValue.TotalSeconds ? TimeSpan.MaxValue : new TimeSpan((long)Math.Round(seconds * TimeSpan.TicksPerSecond));
}
