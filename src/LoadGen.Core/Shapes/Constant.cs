namespace LoadGen.Core.Shapes;

/// <summary>The same rate throughout.</summary>
/// <param name="PerSecond">Arrivals per second, above zero.</param>
/// <param name="Duration">Above zero.</param>
public sealed record Constant(double PerSecond, TimeSpan Duration) : IShape
{
    public double Arrivals => PerSecond * Duration.TotalSeconds;

    public double RateAt(TimeSpan time) => time >= TimeSpan.Zero && time < Duration ? PerSecond : 0;

    public double ArrivalsBy(TimeSpan time) => PerSecond * ShapeTime.Within(time, Duration).TotalSeconds;

    public TimeSpan TimeOf(double arrivals) => ShapeTime.Within(ShapeTime.FromSeconds(arrivals / PerSecond), Duration);
}
