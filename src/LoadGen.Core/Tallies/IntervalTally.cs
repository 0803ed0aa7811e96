namespace LoadGen.Core.Tallies;

/// <summary>
/// One second of a run: what was planned in it, and what ended in it. Response times are kept to 1 %, so that a long run's
/// many seconds stay small.
/// </summary>
public sealed class IntervalTally
{
    internal const int SignificantDigits = 2;

    /// <summary>Arrivals planned in this second.</summary>
    public long Scheduled { get; internal set; }

    /// <summary>Handshakes completed in this second.</summary>
    public long Completed { get; internal set; }

    /// <summary>Handshakes failed in this second.</summary>
    public long Failed { get; internal set; }

    /// <summary>Arrivals planned in this second that found no free connection.</summary>
    public long Dropped { get; internal set; }

    /// <summary>Response times of the handshakes completed in this second.</summary>
    public LatencyHistogram Response { get; } = new(SignificantDigits);

    internal void Merge(IntervalTally other)
    {
        Scheduled += other.Scheduled;
        Completed += other.Completed;
        Failed += other.Failed;
        Dropped += other.Dropped;
        Response.Merge(other.Response);
    }

    internal void MergeChecked(Wire.Interval other)
    {
        Scheduled += other.Scheduled;
        Completed += other.Completed;
        Failed += other.Failed;
        Dropped += other.Dropped;
        Response.MergeChecked(other.Response.Span);
    }
}
