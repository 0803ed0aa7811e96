namespace LoadGen.Core.Shapes;

/// <summary>
/// The arrivals of an open load: arrival n, from 0, is due when the area under the shape's rate reaches n. So a rate of
/// 300/s for 10 s has exactly 3000 arrivals, the first of them at 0 s.
/// </summary>
public sealed class Schedule
{
    // Areas are sums of products of doubles; a whole number of arrivals can come out a few units in the last place off.
    private const int AreaDecimals = 6;

    /// <param name="shape">The rate over time.</param>
    /// <param name="atMost">Ends the schedule after this many arrivals; <see langword="null"/> for all of the shape's.</param>
    public Schedule(IShape shape, long? atMost = null)
    {
        Shape = shape;
        AtMost = atMost;
        var arrivals = (long)Math.Ceiling(Math.Round(shape.Arrivals, AreaDecimals));
        Count = Math.Min(arrivals, atMost ?? long.MaxValue);
        Duration = Count < arrivals ? TimeOf(Count) : shape.Duration;
    }

    /// <summary>The rate over time.</summary>
    public IShape Shape { get; }

    /// <summary>The limit on the number of arrivals, if one was set.</summary>
    public long? AtMost { get; }

    /// <summary>How many arrivals there are.</summary>
    public long Count { get; }

    /// <summary>When the schedule ends: at the shape's end, or when an arrival past the limit would have been due.</summary>
    public TimeSpan Duration { get; }

    /// <summary>When arrival <paramref name="n"/> is due, from the run's start; 0 to <see cref="Count"/>.</summary>
    public TimeSpan TimeOf(long n) => Shape.TimeOf(n);

    /// <summary>How many arrivals are due before <paramref name="time"/>.</summary>
    public long CountBefore(TimeSpan time)
    {
        // The area gives the answer up to rounding; TimeOf, which the pump follows, has the last word.
        var n = Math.Clamp((long)Math.Ceiling(Shape.ArrivalsBy(time)), 0, Count);
        while (n > 0 && TimeOf(n - 1) >= time)
        {
            n--;
        }

        while (n < Count && TimeOf(n) < time)
        {
            n++;
        }

        return n;
    }
}
