using Prometheus;

namespace LoadGen.Metrics;

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
