using System.Numerics;

namespace LoadGen.Metrics;

/// <summary>
/// The buckets of every latency histogram: upper bounds from 0.1 ms to 60 s, four a decade, each about 1.8 times the one
/// before, and one for all above.
/// </summary>
internal static class Buckets
{
    private static readonly long[] BoundTicks =
    [
        1_000, 1_800, 3_200, 5_600,
        10_000, 18_000, 32_000, 56_000,
        100_000, 180_000, 320_000, 560_000,
        1_000_000, 1_800_000, 3_200_000, 5_600_000,
        10_000_000, 18_000_000, 32_000_000, 56_000_000,
        100_000_000, 180_000_000, 320_000_000, 600_000_000,
    ];

    // For each power of two, the first bound that is not below it. At most two bounds lie between one power and the next.
    private static readonly int[] FirstFrom = [.. Enumerable.Range(0, 63).Select(power => BoundTicks.Count(bound => bound < 1L << power))];

    /// <summary>How many there are, the one above 60 s included.</summary>
    public static int Count => BoundTicks.Length + 1;

    /// <summary>The upper bounds in seconds, each inclusive, as Prometheus has them.</summary>
    public static double[] Seconds { get; } = [.. BoundTicks.Select(InSeconds)];

    /// <summary>The bucket of a time of zero or more.</summary>
    public static int IndexOf(long ticks)
    {
        var index = FirstFrom[BitOperations.Log2((ulong)ticks | 1)];
        while (index < BoundTicks.Length && ticks > BoundTicks[index])
        {
            index++;
        }

        return index;
    }

    /// <summary>A time in seconds, or the nearest one that is in the bucket.</summary>
    public static double Within(int bucket, double seconds) => Math.Clamp(
        seconds,
        bucket == 0 ? 0 : InSeconds(BoundTicks[bucket - 1] + 1),
        bucket < BoundTicks.Length ? InSeconds(BoundTicks[bucket]) : double.MaxValue);

    private static double InSeconds(long ticks) => ticks / (double)TimeSpan.TicksPerSecond;
}
