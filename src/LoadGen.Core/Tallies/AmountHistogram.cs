namespace LoadGen.Core.Tallies;

/// <summary>A distribution of whole numbers, such as bytes; those up to 2047 are told apart exactly.</summary>
public sealed class AmountHistogram : ValueHistogram
{
    /// <summary>A megabyte: no handshake that an engine accepts is larger.</summary>
    internal const long MostBytes = 1 << 20;

    /// <summary>More than a handshake has of anything else that is counted one by one.</summary>
    internal const long MostOfFew = 2047;

    private AmountHistogram(long highest)
        : base(highest, 1, LatencyHistogram.Digits)
    {
    }

    /// <summary>All recorded numbers together, exactly.</summary>
    public long Sum => (long)Total;

    /// <summary>A distribution of bytes, up to a megabyte (90 KB).</summary>
    public static AmountHistogram OfBytes() => new(MostBytes);

    /// <summary>A distribution of small numbers, each told apart (16 KB).</summary>
    public static AmountHistogram OfFew() => new(MostOfFew);

    /// <summary>The numbers that were recorded and how often, in rising order; saturated ones come last, as one more than the highest.</summary>
    public IEnumerable<KeyValuePair<long, long>> Counts() => ValueCounts();

    /// <summary>Records a number; below zero counts as zero.</summary>
    public void Record(long number) => RecordValue(number);

    /// <summary>The figures of the whole distribution; <see langword="null"/> when empty.</summary>
    public AmountSummary? Summarize() => Count == 0
        ? null
        : new AmountSummary(Count, Min, (double)Total / Count, ValueAt(50), ValueAt(90), ValueAt(95), ValueAt(99), ValueAt(99.9), Max, Saturated);

    /// <summary>Adds all of another histogram's numbers.</summary>
    public void Merge(AmountHistogram other) => MergeValues(other);

    /// <summary>Looks whether bytes from elsewhere are a histogram of bytes, without making one.</summary>
    /// <returns>How many numbers it holds.</returns>
    /// <exception cref="TallyFormatException">They are none, or one that contradicts itself.</exception>
    internal static long CheckBytes(ReadOnlySpan<byte> bytes) => Check(bytes, MostBytes);

    /// <summary>The same for a histogram of small numbers.</summary>
    /// <exception cref="TallyFormatException">They are none, or one that contradicts itself.</exception>
    internal static long CheckFew(ReadOnlySpan<byte> bytes) => Check(bytes, MostOfFew);
}

/// <summary>A distribution in nine figures, whatever its unit.</summary>
public sealed record AmountSummary(
    long Count, double Min, double Mean, double P50, double P90, double P95, double P99, double P999, double Max, long Saturated);
