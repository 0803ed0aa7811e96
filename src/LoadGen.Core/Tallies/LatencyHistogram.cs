using HdrHistogram;

namespace LoadGen.Core.Tallies;

/// <summary>
/// A distribution of times from 1 microsecond to 60 seconds on an HdrHistogram; merging two of them loses nothing. A time
/// above 60 s is counted as saturated, and in percentiles as 60 s, or as the minimum if that is more; minimum, mean and maximum are kept exactly beside it.
/// </summary>
/// <param name="significantDigits">2 (1 % resolution, 20 KB) or 3 (0.1 %, 140 KB); both ends of a merge must agree.</param>
public sealed class LatencyHistogram(int significantDigits = LatencyHistogram.Digits)
{
    /// <summary>How many significant digits most histograms keep.</summary>
    internal const int Digits = 3;

    private const long HighestMicroseconds = 60_000_000;

    // Allocated with the first value: many of a tally's histograms stay empty.
    private IndexedHistogram? _counts;
    private long _minTicks = long.MaxValue;
    private long _maxTicks;
    private Int128 _sumTicks;

    /// <summary>How many times were recorded.</summary>
    public long Count => _counts?.TotalCount ?? 0;

    /// <summary>How many of them were above 60 s.</summary>
    public long Saturated { get; private set; }

    /// <summary>All recorded times together, exactly.</summary>
    public TimeSpan Sum => new((long)_sumTicks);

    /// <summary>
    /// The times that were recorded and how often, in rising order. Each is the middle of what the resolution does not tell
    /// apart; saturated ones come last, as just above 60 s.
    /// </summary>
    public IEnumerable<KeyValuePair<TimeSpan, long>> Counts()
    {
        // What is saturated is counted with the highest times that are not.
        var remaining = Count - Saturated;
        for (var index = 0; remaining > 0; index++)
        {
            if (Math.Min(_counts!.CountAt(index), remaining) is > 0 and var count)
            {
                yield return KeyValuePair.Create(_counts.TimeAt(index), count);
                remaining -= count;
            }
        }

        if (Saturated > 0)
        {
            yield return KeyValuePair.Create(TimeSpan.FromMicroseconds(HighestMicroseconds + 1), Saturated);
        }
    }

    /// <summary>Records a time; below zero counts as zero.</summary>
    public void Record(TimeSpan time)
    {
        var ticks = Math.Max(0, time.Ticks);
        var microseconds = (ticks + (TimeSpan.TicksPerMicrosecond / 2)) / TimeSpan.TicksPerMicrosecond;
        if (microseconds > HighestMicroseconds)
        {
            microseconds = HighestMicroseconds;
            Saturated++;
        }

        (_counts ??= NewCounts()).RecordValue(microseconds);
        _minTicks = Math.Min(_minTicks, ticks);
        _maxTicks = Math.Max(_maxTicks, ticks);
        _sumTicks += ticks;
    }

    /// <summary>The time that <paramref name="percent"/> of all are not above; <see langword="null"/> when empty.</summary>
    /// <param name="percent">0 to 100.</param>
    public TimeSpan? Percentile(double percent)
    {
        if (_counts is null || _counts.TotalCount == 0)
        {
            return null;
        }

        // The highest value of a bucket may lie above every recorded one.
        var ticks = _counts.GetValueAtPercentile(percent) * TimeSpan.TicksPerMicrosecond;
        return new TimeSpan(Math.Clamp(ticks, _minTicks, _maxTicks));
    }

    /// <summary>The figures of the whole distribution; <see langword="null"/> when empty.</summary>
    public LatencySummary? Summarize() => Count == 0
        ? null
        : new LatencySummary(
            Count,
            new TimeSpan(_minTicks),
            new TimeSpan((long)(_sumTicks / Count)),
            Percentile(50)!.Value,
            Percentile(90)!.Value,
            Percentile(95)!.Value,
            Percentile(99)!.Value,
            Percentile(99.9)!.Value,
            new TimeSpan(_maxTicks),
            Saturated);

    /// <summary>Adds all of another histogram's times.</summary>
    public void Merge(LatencyHistogram other)
    {
        if (other._counts is not { TotalCount: > 0 } counts)
        {
            return;
        }

        (_counts ??= NewCounts()).Add(counts);
        TakeExtremes(other._minTicks, other._maxTicks, other._sumTicks, other.Saturated);
    }

    /// <summary>Forgets everything, and keeps the memory.</summary>
    public void Reset()
    {
        _counts?.Reset();
        _minTicks = long.MaxValue;
        _maxTicks = 0;
        _sumTicks = 0;
        Saturated = 0;
    }

    /// <summary>Writes the counts that are not zero, each as the distance from the one before and its value.</summary>
    internal void Encode(TallyWriter writer)
    {
        writer.Number(Count);
        if (Count == 0)
        {
            return;
        }

        writer.Number(_minTicks);
        writer.Number(_maxTicks);
        writer.Number(checked((long)_sumTicks));
        writer.Number(Saturated);
        var previous = -1;
        var remaining = Count;
        for (var index = 0; remaining > 0; index++)
        {
            var count = _counts!.CountAt(index);
            if (count > 0)
            {
                writer.Number(index - previous);
                writer.Number(count);
                previous = index;
                remaining -= count;
            }
        }
    }

    /// <summary>Reads an encoded histogram and keeps nothing of it.</summary>
    /// <exception cref="TallyFormatException">The bytes are not a histogram.</exception>
    internal static void Check(ref TallyReader reader, int significantDigits)
    {
        var remaining = reader.Count();
        if (remaining == 0)
        {
            return;
        }

        _ = (reader.Count(), reader.Count(), reader.Count(), reader.Count());
        var length = IndexedHistogram.NumberOfCounts(HighestMicroseconds, significantDigits);
        var index = -1L;
        while (remaining > 0)
        {
            // Each is checked alone first: sums of what a stranger sends could overflow.
            var (distance, count) = (reader.Number(), reader.Number());
            if (distance <= 0 || distance >= length - index || count <= 0 || count > remaining)
            {
                throw new TallyFormatException("a histogram's counts do not add up");
            }

            index += distance;
            remaining -= count;
        }
    }

    /// <summary>Adds all times of an encoded histogram that passed <see cref="Check"/>.</summary>
    internal void MergeEncoded(ref TallyReader reader)
    {
        var remaining = reader.Number();
        if (remaining == 0)
        {
            return;
        }

        TakeExtremes(reader.Number(), reader.Number(), reader.Number(), reader.Number());
        _counts ??= NewCounts();
        var index = -1L;
        while (remaining > 0)
        {
            index += reader.Number();
            var count = reader.Number();
            remaining -= count;
            _counts.AddAt((int)index, count);
        }
    }

    private void TakeExtremes(long minTicks, long maxTicks, Int128 sumTicks, long saturated)
    {
        _minTicks = Math.Min(_minTicks, minTicks);
        _maxTicks = Math.Max(_maxTicks, maxTicks);
        _sumTicks += sumTicks;
        Saturated += saturated;
    }

    private IndexedHistogram NewCounts() => new(HighestMicroseconds, significantDigits);

    /// <summary>Opens the counts by index, for a sparse encoding that merges without a second histogram.</summary>
    private sealed class IndexedHistogram(long highest, int significantDigits) : LongHistogram(highest, significantDigits)
    {
        private readonly int _halfABucket = (int)SubBuckets(significantDigits) / 2;

        public long CountAt(int index) => GetCountAtIndex(index);

        public void AddAt(int index, long count) => AddToCountAtIndex(index, count);

        /// <summary>The middle of the times that are counted at an index.</summary>
        public TimeSpan TimeAt(int index)
        {
            var bucket = Math.Max(0, (index / _halfABucket) - 1);
            var lowest = (long)(index - (bucket * _halfABucket)) << bucket;
            return TimeSpan.FromMicroseconds(Math.Min(lowest + ((1L << bucket) >> 1), HighestMicroseconds));
        }

        // The layout of HdrHistogram: a first bucket in full, then the upper half of each one twice as wide.
        public static int NumberOfCounts(long highest, int significantDigits)
        {
            var subBuckets = SubBuckets(significantDigits);
            var buckets = 1;
            for (var trackable = subBuckets; trackable <= highest; trackable <<= 1)
            {
                buckets++;
            }

            return (int)((buckets + 1) * (subBuckets / 2));
        }

        private static long SubBuckets(int significantDigits) => 1L << (int)Math.Ceiling(Math.Log2(2 * Math.Pow(10, significantDigits)));
    }
}
