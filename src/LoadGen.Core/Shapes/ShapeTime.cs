namespace LoadGen.Core.Shapes;

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
