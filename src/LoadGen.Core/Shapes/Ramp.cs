namespace LoadGen.Core.Shapes;

/// <summary>A rate that changes linearly, up or down.</summary>
/// <param name="FromPerSecond">Arrivals per second at the start, zero or more.</param>
/// <param name="ToPerSecond">Arrivals per second at the end, zero or more; not both zero.</param>
/// <param name="Duration">Above zero.</param>
public sealed record Ramp(double FromPerSecond, double ToPerSecond, TimeSpan Duration) : IShape
{
    public double Arrivals => (FromPerSecond + ToPerSecond) / 2 * Duration.TotalSeconds;

    private double SlopePerSecondSquared => (ToPerSecond - FromPerSecond) / Duration.TotalSeconds;

    public double RateAt(TimeSpan time)
        => time >= TimeSpan.Zero && time < Duration ? FromPerSecond + (SlopePerSecondSquared * time.TotalSeconds) : 0;

    /// <summary>With rate r(t) = r0 + k t the area is A(t) = r0 t + k t^2 / 2.</summary>
    public double ArrivalsBy(TimeSpan time)
    {
        var t = ShapeTime.Within(time, Duration).TotalSeconds;
        return (FromPerSecond * t) + (SlopePerSecondSquared * t * t / 2);
    }

    /// <summary>
    /// Solves k/2 t^2 + r0 t - n = 0. The root is written as t = 2n / (r0 + sqrt(r0^2 + 2kn)), which neither divides by a
    /// slope near zero nor subtracts nearly equal numbers. The sum under the root is the square of the rate at t, so it is
    /// below zero by rounding alone, at the end of a ramp to zero.
    /// </summary>
    public TimeSpan TimeOf(double arrivals)
    {
        if (arrivals <= 0)
        {
            return TimeSpan.Zero;
        }

        var rateAtTime = Math.Sqrt(Math.Max(0, (FromPerSecond * FromPerSecond) + (2 * SlopePerSecondSquared * arrivals)));
        return ShapeTime.Within(ShapeTime.FromSeconds(2 * arrivals / (FromPerSecond + rateAtTime)), Duration);
    }
}
