using LoadGen.Core.Handshakes;

namespace LoadGen.Core.Tallies;

/// <summary>What numbers of a measure are.</summary>
public enum MeasureUnit
{
    Milliseconds,
    Bytes,

    /// <summary>A bare number.</summary>
    Count,
}

/// <summary>
/// A distribution that a run has of its completed handshakes, by the name that thresholds, results and metrics know it by. A new one is
/// declared here, and thresholds of it follow.
/// </summary>
public sealed class Measure
{
    private readonly Func<Tally, AmountSummary?> _summarize;

    private Measure(string name, MeasureUnit unit, Func<Tally, AmountSummary?> summarize) => (Name, Unit, _summarize) = (name, unit, summarize);

    /// <summary>From the planned time to success.</summary>
    public static Measure Response { get; } = new("response", MeasureUnit.Milliseconds, tally => tally.Response.Summarize()?.InMilliseconds());

    /// <summary>What a handshake cost on the network, in the order that people read it.</summary>
    public static IReadOnlyList<Measure> OfWire { get; } =
    [
        new("bytes_in", MeasureUnit.Bytes, tally => tally.WireCosts.BytesIn.Summarize()) { Needs = EngineFeature.WireCost },
        new("bytes_out", MeasureUnit.Bytes, tally => tally.WireCosts.BytesOut.Summarize()) { Needs = EngineFeature.WireCost },
        new("certificate_bytes", MeasureUnit.Bytes, tally => tally.WireCosts.CertificateBytes.Summarize()) { Needs = EngineFeature.CertificateBytes },
        new("flights", MeasureUnit.Count, tally => tally.WireCosts.Flights.Summarize()) { Needs = EngineFeature.WireCost },
        new("retries", MeasureUnit.Count, tally => tally.WireCosts.Retries.Summarize()) { Needs = EngineFeature.WireCost },
        new("server_flight_segments", MeasureUnit.Count, tally => tally.WireCosts.ServerFlightSegments.Summarize()) { Needs = EngineFeature.WireCost },
        new("tcp_rtt", MeasureUnit.Milliseconds, tally => tally.WireCosts.TcpRoundTrip.Summarize()?.InMilliseconds()) { Needs = EngineFeature.WireCost },
        new("tcp_retransmits", MeasureUnit.Count, tally => tally.WireCosts.TcpRetransmits.Summarize()) { Needs = EngineFeature.WireCost },
    ];

    /// <summary>Every one.</summary>
    public static IReadOnlyList<Measure> All { get; } =
    [
        Response,
        new("handshake", MeasureUnit.Milliseconds, tally => tally.Handshake.Summarize()?.InMilliseconds()),
        .. Enumerable.Range(0, PhaseDurations.Count).Select(phase => OfPhase((Phase)phase)),
        .. OfWire,
        new("ended_after", MeasureUnit.Milliseconds, tally => tally.EndedAfter().Summarize()?.InMilliseconds()) { Needs = EngineFeature.PartialHandshakes },
    ];

    /// <summary>Such as <c>handshake</c>, <c>server_hello</c> or <c>bytes_in</c>.</summary>
    public string Name { get; }

    public MeasureUnit Unit { get; }

    /// <summary>The phase that it is the duration of.</summary>
    public Phase? Phase { get; private init; }

    /// <summary>What an engine must be able to do, so that there is anything to measure.</summary>
    public EngineFeature? Needs { get; private init; }

    /// <summary>The one of a name; <see langword="null"/> if there is none.</summary>
    public static Measure? Find(string name) => All.FirstOrDefault(each => each.Name == name);

    /// <summary>Its figures; <see langword="null"/> where nothing was recorded.</summary>
    public AmountSummary? Summarize(Tally tally) => _summarize(tally);

    public override string ToString() => Name;

    private static Measure OfPhase(Phase phase)
        => new(phase.Name(), MeasureUnit.Milliseconds, tally => tally.PhaseOf(phase).Summarize()?.InMilliseconds()) { Phase = phase };
}
