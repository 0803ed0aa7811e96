using System.Numerics;
using LoadGen.Core.Tallies;
using Prometheus;

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

/// <summary>How many times fell into each bucket, and their sums. Owned by one thread at a time.</summary>
internal sealed class BucketCounts
{
    private readonly long[] _counts = new long[Buckets.Count];
    private readonly long[] _ticks = new long[Buckets.Count];
    private TimeSpan? _exactSum;

    /// <summary>All times together.</summary>
    public TimeSpan Sum => _exactSum ?? new TimeSpan(_ticks.Sum());

    /// <summary>What a histogram of finer resolution holds; its sum is taken over exactly.</summary>
    public static BucketCounts Of(LatencyHistogram histogram)
    {
        var counts = new BucketCounts { _exactSum = histogram.Sum };
        foreach (var (time, count) in histogram.Counts())
        {
            counts.Add(time, count);
        }

        return counts;
    }

    /// <summary>Counts a time; below zero counts as zero.</summary>
    public void Record(TimeSpan time) => Add(time, 1);

    public long CountOf(int bucket) => _counts[bucket];

    public long TicksOf(int bucket) => _ticks[bucket];

    private void Add(TimeSpan time, long count)
    {
        var ticks = Math.Max(0, time.Ticks);
        var bucket = Buckets.IndexOf(ticks);
        _counts[bucket] += count;
        _ticks[bucket] += ticks * count;
    }
}

/// <summary>
/// A histogram that is brought up to date now and then with what was counted elsewhere: one call for each bucket that grew,
/// instead of one for each time. Counts are exact, and the sum is too, as far as a double can be.
/// </summary>
internal sealed class FoldedHistogram(Histogram.Child child)
{
    private readonly long[] _counts = new long[Buckets.Count];
    private readonly long[] _ticks = new long[Buckets.Count];

    /// <summary>Brings it to everything counted since the start of the run.</summary>
    public void BringTo(BucketCounts counted)
    {
        // What the means of the buckets do not add up to, where they come from a coarser source.
        var missing = counted.Sum.TotalSeconds - child.Sum;
        for (var bucket = 0; bucket < Buckets.Count; bucket++)
        {
            missing -= new TimeSpan(counted.TicksOf(bucket) - _ticks[bucket]).TotalSeconds;
        }

        for (var bucket = 0; bucket < Buckets.Count; bucket++)
        {
            var count = counted.CountOf(bucket) - _counts[bucket];
            if (count <= 0)
            {
                continue;
            }

            var mean = new TimeSpan(counted.TicksOf(bucket) - _ticks[bucket]).TotalSeconds / count;
            var corrected = Buckets.Within(bucket, mean + (missing / count));
            missing -= (corrected - mean) * count;
            child.Observe(corrected, count);
            _counts[bucket] = counted.CountOf(bucket);
            _ticks[bucket] = counted.TicksOf(bucket);
        }
    }
}
