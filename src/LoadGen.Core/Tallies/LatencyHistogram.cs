namespace LoadGen.Core.Tallies;

/// <summary>A distribution of times from 1 microsecond to 60 seconds.</summary>
/// <param name="significantDigits">2 (1 % resolution, 20 KB) or 3 (0.1 %, 140 KB); both ends of a merge must agree.</param>
public sealed class LatencyHistogram(int significantDigits = LatencyHistogram.Digits)
    : ValueHistogram(HighestMicroseconds, TimeSpan.TicksPerMicrosecond, significantDigits)
{
    /// <summary>How many significant digits most histograms keep.</summary>
    internal const int Digits = 3;

    private const long HighestMicroseconds = 60_000_000;

    /// <summary>All recorded times together, exactly.</summary>
    public TimeSpan Sum => new((long)Total);

    /// <summary>
    /// The times that were recorded and how often, in rising order. Each is the middle of what the resolution does not tell
    /// apart; saturated ones come last, as just above 60 s.
    /// </summary>
    public IEnumerable<KeyValuePair<TimeSpan, long>> Counts()
        => ValueCounts().Select(each => KeyValuePair.Create(TimeSpan.FromMicroseconds(each.Key), each.Value));

    /// <summary>Records a time; below zero counts as zero.</summary>
    public void Record(TimeSpan time) => RecordValue(time.Ticks);

    /// <summary>The time that <paramref name="percent"/> of all are not above; <see langword="null"/> when empty.</summary>
    /// <param name="percent">0 to 100.</param>
    public TimeSpan? Percentile(double percent) => Count == 0 ? null : new TimeSpan(ValueAt(percent));

    /// <summary>The figures of the whole distribution; <see langword="null"/> when empty.</summary>
    public LatencySummary? Summarize() => Count == 0
        ? null
        : new LatencySummary(
            Count,
            new TimeSpan(Min),
            new TimeSpan((long)(Total / Count)),
            Percentile(50)!.Value,
            Percentile(90)!.Value,
            Percentile(95)!.Value,
            Percentile(99)!.Value,
            Percentile(99.9)!.Value,
            new TimeSpan(Max),
            Saturated);

    /// <summary>Adds all of another histogram's times.</summary>
    public void Merge(LatencyHistogram other) => MergeValues(other);

    /// <summary>Looks whether bytes from elsewhere are a histogram of times, without making one.</summary>
    /// <returns>How many times it holds.</returns>
    /// <exception cref="TallyFormatException">They are none, or one that contradicts itself.</exception>
    internal static long Check(ReadOnlySpan<byte> bytes) => Check(bytes, HighestMicroseconds);
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
    long Saturated)
{
    /// <summary>The same in milliseconds.</summary>
    public AmountSummary InMilliseconds() => new(
        Count,
        Min.TotalMilliseconds,
        Mean.TotalMilliseconds,
        P50.TotalMilliseconds,
        P90.TotalMilliseconds,
        P95.TotalMilliseconds,
        P99.TotalMilliseconds,
        P999.TotalMilliseconds,
        Max.TotalMilliseconds,
        Saturated);
}
