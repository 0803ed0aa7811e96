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
