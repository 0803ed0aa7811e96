using System.Buffers;
using HdrHistogram;
using HdrHistogram.Iteration;

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
    private LongHistogram? _counts;
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
        foreach (var each in Recorded())
        {
            if (Math.Min(each.CountAtValueIteratedTo, remaining) is > 0 and var count)
            {
                var middle = Math.Min(_counts!.MedianEquivalentValue(each.ValueIteratedTo), HighestMicroseconds);
                yield return KeyValuePair.Create(TimeSpan.FromMicroseconds(middle), count);
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

    /// <summary>
    /// Writes the figures, then each recorded value in microseconds, as the distance from the one before, with its count. An empty
    /// histogram is no bytes at all. HdrHistogram's own encoding (V2) can only be read into a new histogram of 140 KB.
    /// </summary>
    internal void WriteTo(ArrayBufferWriter<byte> bytes)
    {
        if (Count == 0)
        {
            return;
        }

        HistogramBytes.Write(bytes, Count);
        HistogramBytes.Write(bytes, _minTicks);
        HistogramBytes.Write(bytes, _maxTicks);
        HistogramBytes.Write(bytes, (long)Int128.Min(_sumTicks, long.MaxValue));
        HistogramBytes.Write(bytes, Saturated);
        var previous = -1L;
        foreach (var each in Recorded())
        {
            var value = _counts!.LowestEquivalentValue(each.ValueIteratedTo);
            HistogramBytes.Write(bytes, value - previous);
            HistogramBytes.Write(bytes, each.CountAtValueIteratedTo);
            previous = value;
        }
    }

    /// <summary>Looks whether bytes from elsewhere are a histogram, without making one.</summary>
    /// <returns>How many times it holds.</returns>
    /// <exception cref="TallyFormatException">They are none, or one that contradicts itself.</exception>
    internal static long Check(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
        {
            return 0;
        }

        var total = HistogramBytes.Read(ref bytes);
        var (min, max, sum) = (HistogramBytes.Read(ref bytes), HistogramBytes.Read(ref bytes), HistogramBytes.Read(ref bytes));
        var saturated = HistogramBytes.Read(ref bytes);
        if (min > max || sum > (Int128)total * max || saturated > total)
        {
            throw new TallyFormatException("a histogram's figures contradict each other");
        }

        var value = -1L;
        var remaining = total;
        do
        {
            var distance = HistogramBytes.Read(ref bytes);
            var count = HistogramBytes.Read(ref bytes);
            remaining -= count;
            if (distance < 1 || distance > HighestMicroseconds - value || count < 1 || remaining < 0)
            {
                throw new TallyFormatException("a histogram's counts do not add up");
            }

            value += distance;
        }
        while (remaining > 0);
        return bytes.IsEmpty ? total : throw new TallyFormatException("a histogram has bytes after its end");
    }

    /// <summary>Adds all times of an encoded histogram, which <see cref="Check"/> has found good.</summary>
    internal void MergeChecked(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
        {
            return;
        }

        var remaining = HistogramBytes.Read(ref bytes);
        TakeExtremes(HistogramBytes.Read(ref bytes), HistogramBytes.Read(ref bytes), HistogramBytes.Read(ref bytes), HistogramBytes.Read(ref bytes));
        _counts ??= NewCounts();
        for (var value = -1L; remaining > 0;)
        {
            value += HistogramBytes.Read(ref bytes);
            var count = HistogramBytes.Read(ref bytes);
            _counts.RecordValueWithCount(value, count);
            remaining -= count;
        }
    }

    private void TakeExtremes(long minTicks, long maxTicks, Int128 sumTicks, long saturated)
    {
        _minTicks = Math.Min(_minTicks, minTicks);
        _maxTicks = Math.Max(_maxTicks, maxTicks);
        _sumTicks += sumTicks;
        Saturated += saturated;
    }

    private IEnumerable<HistogramIterationValue> Recorded() => _counts?.RecordedValues() ?? [];

    private LongHistogram NewCounts() => new(HighestMicroseconds, significantDigits);
}

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

/// <summary>Numbers of variable length (LEB128, seven bits a byte), of which an encoded histogram is made.</summary>
internal static class HistogramBytes
{
    public static void Write(ArrayBufferWriter<byte> bytes, long number)
    {
        var rest = (ulong)number;
        var span = bytes.GetSpan(10);
        var length = 0;
        do
        {
            var low = (byte)(rest & 0x7f);
            rest >>= 7;
            span[length++] = rest == 0 ? low : (byte)(low | 0x80);
        }
        while (rest != 0);
        bytes.Advance(length);
    }

    /// <summary>Reads a number of zero or more, and continues behind it.</summary>
    /// <exception cref="TallyFormatException">There is none.</exception>
    public static long Read(ref ReadOnlySpan<byte> bytes)
    {
        ulong value = 0;
        for (var i = 0; i < bytes.Length && i < 9; i++)
        {
            var next = bytes[i];
            value |= (ulong)(next & 0x7f) << (7 * i);
            if (next < 0x80)
            {
                bytes = bytes[(i + 1)..];
                return (long)value;
            }
        }

        throw new TallyFormatException("a histogram ends within a number, or has one that is too large");
    }
}
