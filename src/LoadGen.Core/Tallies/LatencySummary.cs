namespace LoadGen.Core.Tallies;

/// <summary>
/// A distribution in nine figures. Count, minimum, mean and maximum are exact; percentiles are those of the histogram, at
/// most 0.1 % off.
/// </summary>
public sealed record LatencySummary(
    long Count,
    TimeSpan Min,
    TimeSpan Mean,
    TimeSpan P50,
    TimeSpan P90,
    TimeSpan P95,
    TimeSpan P99,
    TimeSpan P999,
    TimeSpan Max,
    long Saturated);
