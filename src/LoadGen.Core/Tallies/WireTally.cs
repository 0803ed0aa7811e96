using LoadGen.Core.Handshakes;

namespace LoadGen.Core.Tallies;

/// <summary>What completed handshakes cost on the network; a distribution has as many numbers as handshakes in which it was seen.</summary>
public sealed class WireTally
{
    public AmountHistogram BytesOut { get; } = AmountHistogram.OfBytes();

    public AmountHistogram BytesIn { get; } = AmountHistogram.OfBytes();

    public AmountHistogram CertificateBytes { get; } = AmountHistogram.OfBytes();

    public AmountHistogram Flights { get; } = AmountHistogram.OfFew();

    public AmountHistogram Retries { get; } = AmountHistogram.OfFew();

    public AmountHistogram ServerFlightSegments { get; } = AmountHistogram.OfFew();

    /// <summary>Of a sample of connections.</summary>
    public AmountHistogram TcpRetransmits { get; } = AmountHistogram.OfFew();

    /// <summary>Of a sample of connections.</summary>
    public LatencyHistogram TcpRoundTrip { get; } = new();

    /// <summary>How many handshakes had a flight of the server that does not fit into the initial window.</summary>
    public long OverInitialWindow => ServerFlightSegments.Counts().Where(each => each.Key > WireCost.InitialWindow).Sum(each => each.Value);

    private AmountHistogram[] Few => [Flights, Retries, ServerFlightSegments, TcpRetransmits];

    private AmountHistogram[] Bytes => [BytesOut, BytesIn, CertificateBytes];

    internal void Record(in WireCost cost)
    {
        Record(BytesOut, cost.BytesOut);
        Record(BytesIn, cost.BytesIn);
        Record(CertificateBytes, cost.CertificateBytes);
        Record(Flights, cost.Flights);
        Record(Retries, cost.Retries);
        Record(ServerFlightSegments, cost.ServerFlightSegments);
        if (cost.Tcp is { } tcp)
        {
            TcpRetransmits.Record(tcp.Retransmits);
            TcpRoundTrip.Record(tcp.RoundTrip);
        }
    }

    internal void Merge(WireTally other)
    {
        foreach (var (mine, theirs) in Bytes.Concat(Few).Zip(other.Bytes.Concat(other.Few)))
        {
            mine.Merge(theirs);
        }

        TcpRoundTrip.Merge(other.TcpRoundTrip);
    }

    internal void MergeChecked(Wire.WireCosts other)
    {
        BytesOut.MergeChecked(other.BytesOut.Span);
        BytesIn.MergeChecked(other.BytesIn.Span);
        CertificateBytes.MergeChecked(other.CertificateBytes.Span);
        Flights.MergeChecked(other.Flights.Span);
        Retries.MergeChecked(other.Retries.Span);
        ServerFlightSegments.MergeChecked(other.ServerFlightSegments.Span);
        TcpRetransmits.MergeChecked(other.TcpRetransmits.Span);
        TcpRoundTrip.MergeChecked(other.TcpRoundTrip.Span);
    }

    internal void Reset()
    {
        Array.ForEach(Bytes, each => each.Reset());
        Array.ForEach(Few, each => each.Reset());
        TcpRoundTrip.Reset();
    }

    private static void Record(AmountHistogram histogram, int? number)
    {
        if (number is { } one)
        {
            histogram.Record(one);
        }
    }
}
