using LoadGen.Core.Tallies;
using Prometheus;

namespace LoadGen.Metrics;

/// <summary>What completed handshakes cost on the network, of one worker or of all: the same under two beginnings of names.</summary>
internal sealed class WireInstruments
{
    private readonly FoldedHistogram _in;
    private readonly FoldedHistogram _out;
    private readonly FoldedHistogram _certificate;
    private readonly FoldedHistogram _roundTrip;
    private readonly Counter _flights;
    private readonly Counter _retries;
    private readonly Counter _overInitialWindow;
    private readonly Counter _retransmits;

    /// <param name="make">Where they are registered.</param>
    /// <param name="prefix">What their names begin with, such as <c>loadgen_</c>.</param>
    /// <param name="whose">What ends their descriptions, such as <c>, all workers</c>.</param>
    public WireInstruments(IMetricFactory make, string prefix, string whose)
    {
        var bytes = make.CreateHistogram(
            $"{prefix}handshake_bytes", $"Bytes of the TLS records of a completed handshake, received (in) or sent (out){whose}.", ["direction"], Of(Buckets.Bytes));
        (_in, _out) = (new FoldedHistogram(bytes.WithLabels("in"), Buckets.Bytes), new FoldedHistogram(bytes.WithLabels("out"), Buckets.Bytes));
        _certificate = Folded("certificate_bytes", "Length of the server's Certificate message in a completed handshake", Buckets.Bytes);
        _roundTrip = Folded("tcp_round_trip_seconds", "Round-trip time by TCP_INFO at the end of one handshake in a hundred", Buckets.RoundTrips);
        _flights = make.CreateCounter($"{prefix}handshake_flights_total", $"Changes of direction in completed handshakes, the ClientHello being the first{whose}.");
        _retries = make.CreateCounter($"{prefix}hello_retries_total", $"Completed handshakes after a HelloRetryRequest{whose}.");
        _overInitialWindow = make.CreateCounter(
            $"{prefix}server_flights_over_initial_window_total", $"Completed handshakes with a server's flight of more than ten segments{whose}.");
        _retransmits = make.CreateCounter(
            $"{prefix}tcp_sampled_retransmits_total", $"Segments that this side sent again, by TCP_INFO at the end of one handshake in a hundred{whose}.");

        FoldedHistogram Folded(string name, string description, Buckets buckets)
            => new(make.CreateHistogram($"{prefix}{name}", $"{description}{whose}.", Of(buckets)).WithLabels(), buckets);
    }

    /// <summary>Brings them up to what was counted until now.</summary>
    public void BringTo(WireTally costs)
    {
        _in.BringTo(BucketCounts.Of(costs.BytesIn, Buckets.Bytes));
        _out.BringTo(BucketCounts.Of(costs.BytesOut, Buckets.Bytes));
        _certificate.BringTo(BucketCounts.Of(costs.CertificateBytes, Buckets.Bytes));
        _roundTrip.BringTo(BucketCounts.Of(costs.TcpRoundTrip, Buckets.RoundTrips));
        _flights.IncTo(costs.Flights.Sum);
        _retries.IncTo(costs.Retries.Sum);
        _overInitialWindow.IncTo(costs.OverInitialWindow);
        _retransmits.IncTo(costs.TcpRetransmits.Sum);
    }

    private static HistogramConfiguration Of(Buckets buckets) => new() { Buckets = buckets.Bounds };
}
