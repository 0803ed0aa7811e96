namespace LoadGen.Core.Tallies;

/// <summary>The part of a tally that belongs to some of its arrivals. Latencies are those of completed handshakes.</summary>
public sealed class GroupTally
{
    public Books Books { get; internal set; }

    /// <summary>From the planned time to success.</summary>
    public LatencyHistogram Response { get; } = new();

    /// <summary>From the first byte of ClientHello to success.</summary>
    public LatencyHistogram Handshake { get; } = new();

    internal void Record(TimeSpan response, TimeSpan handshake)
    {
        Response.Record(response);
        Handshake.Record(handshake);
    }

    internal void Merge(GroupTally other)
    {
        Books += other.Books;
        Response.Merge(other.Response);
        Handshake.Merge(other.Handshake);
    }

    internal void Reset()
    {
        Books = default;
        Response.Reset();
        Handshake.Reset();
    }
}

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
