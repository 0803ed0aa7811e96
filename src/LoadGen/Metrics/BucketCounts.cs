using LoadGen.Core.Tallies;

namespace LoadGen.Metrics;

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
