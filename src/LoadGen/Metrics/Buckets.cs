using System.Numerics;
using LoadGen.Core.Tallies;
using Prometheus;

namespace LoadGen.Metrics;

/// <summary>The buckets of every histogram of one kind: rising upper bounds, each inclusive, and one bucket for all above.</summary>
internal sealed class Buckets
{
    private readonly long[] _bounds;
    private readonly long _perUnit;

    // For each power of two, the first bound that is not below it. At most a few bounds lie between one power and the next.
    private readonly int[] _firstFrom;

    /// <param name="perUnit">How many of what is counted make one of what is exposed.</param>
    /// <param name="bounds">One or more each.</param>
    private Buckets(long perUnit, long[] bounds)
    {
        (_perUnit, _bounds) = (perUnit, bounds);
        _firstFrom = [.. Enumerable.Range(0, 63).Select(power => bounds.Count(bound => bound < 1L << power))];
        Bounds = [.. bounds.Select(InUnits)];
    }

    /// <summary>Of times, counted in ticks and exposed in seconds: from 0.1 ms to 60 s, four a decade, each about 1.8 times the one before.</summary>
    public static Buckets Durations { get; } = new(
        TimeSpan.TicksPerSecond,
        [
            1_000, 1_800, 3_200, 5_600,
            10_000, 18_000, 32_000, 56_000,
            100_000, 180_000, 320_000, 560_000,
            1_000_000, 1_800_000, 3_200_000, 5_600_000,
            10_000_000, 18_000_000, 32_000_000, 56_000_000,
            100_000_000, 180_000_000, 320_000_000, 600_000_000,
        ]);

    /// <summary>Of round-trip times, counted and exposed like durations: from 0.1 ms to 1 s, two a decade.</summary>
    public static Buckets RoundTrips { get; } = new(
        TimeSpan.TicksPerSecond, [1_000, 3_000, 10_000, 30_000, 100_000, 300_000, 1_000_000, 3_000_000, 10_000_000]);

    /// <summary>Of the bytes of handshakes; 14,600 are ten full segments of Ethernet.</summary>
    public static Buckets Bytes { get; } = new(1, [500, 1_000, 1_500, 2_000, 3_000, 4_000, 6_000, 10_000, 14_600, 30_000]);

    /// <summary>How many there are, the one above all bounds included.</summary>
    public int Count => _bounds.Length + 1;

    /// <summary>The upper bounds, as Prometheus has them.</summary>
    public double[] Bounds { get; }

    /// <summary>The bucket of a number of zero or more.</summary>
    public int IndexOf(long number)
    {
        var index = _firstFrom[BitOperations.Log2((ulong)number | 1)];
        while (index < _bounds.Length && number > _bounds[index])
        {
            index++;
        }

        return index;
    }

    /// <summary>What is exposed of a number, or of the nearest one that is in the bucket.</summary>
    public double Within(int bucket, double exposed) => Math.Clamp(
        exposed,
        bucket == 0 ? 0 : InUnits(_bounds[bucket - 1] + 1),
        bucket < _bounds.Length ? InUnits(_bounds[bucket]) : double.MaxValue);

    /// <summary>What is exposed of a number that is counted.</summary>
    public double InUnits(long number) => number / (double)_perUnit;
}

/// <summary>How many numbers fell into each bucket, and their sums. Owned by one thread at a time.</summary>
internal sealed class BucketCounts(Buckets buckets)
{
    private readonly long[] _counts = new long[buckets.Count];
    private readonly long[] _sums = new long[buckets.Count];
    private long? _exactSum;

    /// <summary>All numbers together.</summary>
    public long Sum => _exactSum ?? _sums.Sum();

    /// <summary>What a histogram of finer resolution holds; its sum is taken over exactly.</summary>
    public static BucketCounts Of(LatencyHistogram histogram) => Of(histogram, Buckets.Durations);

    /// <summary>The same in other buckets of times.</summary>
    public static BucketCounts Of(LatencyHistogram histogram, Buckets buckets)
    {
        var counts = new BucketCounts(buckets) { _exactSum = histogram.Sum.Ticks };
        foreach (var (time, count) in histogram.Counts())
        {
            counts.Add(time.Ticks, count);
        }

        return counts;
    }

    /// <summary>The same for a histogram of amounts.</summary>
    public static BucketCounts Of(AmountHistogram histogram, Buckets buckets)
    {
        var counts = new BucketCounts(buckets) { _exactSum = histogram.Sum };
        foreach (var (number, count) in histogram.Counts())
        {
            counts.Add(number, count);
        }

        return counts;
    }

    /// <summary>Counts a number; below zero counts as zero.</summary>
    public void Record(long number) => Add(number, 1);

    public long CountOf(int bucket) => _counts[bucket];

    public long SumOf(int bucket) => _sums[bucket];

    private void Add(long number, long count)
    {
        number = Math.Max(0, number);
        var bucket = buckets.IndexOf(number);
        _counts[bucket] += count;
        _sums[bucket] += number * count;
    }
}

/// <summary>
/// A histogram that is brought up to date now and then with what was counted elsewhere: one call for each bucket that grew,
/// instead of one for each number. Counts are exact, and the sum is too, as far as a double can be.
/// </summary>
internal sealed class FoldedHistogram(Histogram.Child child, Buckets buckets)
{
    private readonly long[] _counts = new long[buckets.Count];
    private readonly long[] _sums = new long[buckets.Count];

    /// <summary>Brings it to everything counted since the start of the run, in the same buckets.</summary>
    public void BringTo(BucketCounts counted)
    {
        // What the means of the buckets do not add up to, where they come from a coarser source.
        var missing = buckets.InUnits(counted.Sum) - child.Sum;
        for (var bucket = 0; bucket < buckets.Count; bucket++)
        {
            missing -= buckets.InUnits(counted.SumOf(bucket) - _sums[bucket]);
        }

        for (var bucket = 0; bucket < buckets.Count; bucket++)
        {
            var count = counted.CountOf(bucket) - _counts[bucket];
            if (count <= 0)
            {
                continue;
            }

            var mean = buckets.InUnits(counted.SumOf(bucket) - _sums[bucket]) / count;
            var corrected = buckets.Within(bucket, mean + (missing / count));
            missing -= (corrected - mean) * count;
            child.Observe(corrected, count);
            _counts[bucket] = counted.CountOf(bucket);
            _sums[bucket] = counted.SumOf(bucket);
        }
    }
}
