using System.Buffers;
using HdrHistogram;
using HdrHistogram.Iteration;

namespace LoadGen.Core.Tallies;

/// <summary>
/// A distribution of numbers of zero or more on an HdrHistogram; merging two of them loses nothing. Numbers above the highest are counted as
/// saturated, and in percentiles as the highest, or as the minimum if that is more; minimum, mean and maximum are kept exactly beside it.
/// </summary>
public abstract class ValueHistogram
{
    private readonly long _highest;
    private readonly long _step;
    private readonly int _significantDigits;

    // Allocated with the first value: many of a tally's histograms stay empty.
    private LongHistogram? _counts;
    private Int128 _sum;

    /// <param name="highest">The highest number that is not saturated, in steps.</param>
    /// <param name="step">What numbers are rounded to before they are counted; the exact figures are not.</param>
    /// <param name="significantDigits">Both ends of a merge must agree.</param>
    private protected ValueHistogram(long highest, long step, int significantDigits)
        => (_highest, _step, _significantDigits) = (highest, step, significantDigits);

    /// <summary>How many numbers were recorded.</summary>
    public long Count => _counts?.TotalCount ?? 0;

    /// <summary>How many of them were above the highest.</summary>
    public long Saturated { get; private set; }

    /// <summary>The least number; meaningless when empty.</summary>
    private protected long Min { get; private set; } = long.MaxValue;

    /// <summary>The greatest number; 0 when empty.</summary>
    private protected long Max { get; private set; }

    /// <summary>All of them together, exactly.</summary>
    private protected Int128 Total => _sum;

    /// <summary>Forgets everything, and keeps the memory.</summary>
    public void Reset()
    {
        _counts?.Reset();
        (Min, Max, _sum, Saturated) = (long.MaxValue, 0, 0, 0);
    }

    /// <summary>
    /// Writes the figures, then each recorded value in steps, as the distance from the one before, with its count. An empty
    /// histogram is no bytes at all. HdrHistogram's own encoding (V2) can only be read into a new histogram of 140 KB.
    /// </summary>
    internal void WriteTo(ArrayBufferWriter<byte> bytes)
    {
        if (Count == 0)
        {
            return;
        }

        HistogramBytes.Write(bytes, Count);
        HistogramBytes.Write(bytes, Min);
        HistogramBytes.Write(bytes, Max);
        HistogramBytes.Write(bytes, (long)Int128.Min(_sum, long.MaxValue));
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

    /// <summary>Adds everything of an encoded histogram, which was checked and found good.</summary>
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

    /// <summary>Looks whether bytes from elsewhere are a histogram with a highest number, without making one.</summary>
    /// <returns>How many numbers it holds.</returns>
    /// <exception cref="TallyFormatException">They are none, or one that contradicts itself.</exception>
    private protected static long Check(ReadOnlySpan<byte> bytes, long highest)
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
            if (distance < 1 || distance > highest - value || count < 1 || remaining < 0)
            {
                throw new TallyFormatException("a histogram's counts do not add up");
            }

            value += distance;
        }
        while (remaining > 0);
        return bytes.IsEmpty ? total : throw new TallyFormatException("a histogram has bytes after its end");
    }

    /// <summary>Records a number; below zero counts as zero.</summary>
    private protected void RecordValue(long value)
    {
        value = Math.Max(0, value);
        var steps = (value + (_step / 2)) / _step;
        if (steps > _highest)
        {
            steps = _highest;
            Saturated++;
        }

        (_counts ??= NewCounts()).RecordValue(steps);
        Min = Math.Min(Min, value);
        Max = Math.Max(Max, value);
        _sum += value;
    }

    /// <summary>Adds all of another histogram of the same kind.</summary>
    private protected void MergeValues(ValueHistogram other)
    {
        if (other._counts is not { TotalCount: > 0 } counts)
        {
            return;
        }

        (_counts ??= NewCounts()).Add(counts);
        TakeExtremes(other.Min, other.Max, other._sum, other.Saturated);
    }

    /// <summary>
    /// The numbers that were recorded, in steps, and how often, in rising order. Each is the middle of what the resolution does not tell
    /// apart; saturated ones come last, as one more than the highest.
    /// </summary>
    private protected IEnumerable<KeyValuePair<long, long>> ValueCounts()
    {
        // What is saturated is counted with the highest numbers that are not.
        var remaining = Count - Saturated;
        foreach (var each in Recorded())
        {
            if (Math.Min(each.CountAtValueIteratedTo, remaining) is > 0 and var count)
            {
                yield return KeyValuePair.Create(Math.Min(_counts!.MedianEquivalentValue(each.ValueIteratedTo), _highest), count);
                remaining -= count;
            }
        }

        if (Saturated > 0)
        {
            yield return KeyValuePair.Create(_highest + 1, Saturated);
        }
    }

    /// <summary>The number that <paramref name="percent"/> of all are not above. Not when empty.</summary>
    /// <param name="percent">0 to 100.</param>
    private protected long ValueAt(double percent)
        // The highest value of a bucket may lie above every recorded one.
        => Math.Clamp(_counts!.GetValueAtPercentile(percent) * _step, Min, Max);

    private void TakeExtremes(long min, long max, Int128 sum, long saturated)
    {
        Min = Math.Min(Min, min);
        Max = Math.Max(Max, max);
        _sum += sum;
        Saturated += saturated;
    }

    private IEnumerable<HistogramIterationValue> Recorded() => _counts?.RecordedValues() ?? [];

    private LongHistogram NewCounts() => new(_highest, _significantDigits);
}

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
