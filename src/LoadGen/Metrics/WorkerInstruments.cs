using LoadGen.Core;
using LoadGen.Core.Handshakes;
using LoadGen.Core.Plans;
using LoadGen.Core.Tallies;
using Prometheus;

namespace LoadGen.Metrics;

/// <summary>
/// What a worker exposes of one run: the load as this process sees it. Every series whose labels the plan tells exists from
/// the start of the run; those of failures and of what was negotiated come with the first of their kind.
/// </summary>
internal sealed class WorkerInstruments
{
    private readonly Lock _lock = new();
    private readonly Tally _total;
    private readonly Dictionary<string, long> _inFlightOf = new(StringComparer.Ordinal);
    private readonly SeriesLabels _labels;
    private readonly Pair[] _pairs;
    private readonly FoldedHistogram[] _phases;
    private readonly WireInstruments _wire;
    private readonly PartialInstruments _partial;
    private readonly FoldedHistogram _lag;
    private readonly SeenCounter<FailureKey> _failures;
    private readonly SeenCounter<Negotiated> _negotiated;
    private readonly ResumptionInstruments _resumption;
    private readonly Gauge _inFlight;

    public WorkerInstruments(string runId, Plan plan)
    {
        RunId = runId;
        _total = new Tally(plan.Targets.Count, plan.Profiles.Count);
        var labels = _labels = new SeriesLabels(plan);
        var make = Prometheus.Metrics.WithCustomRegistry(Registry);
        var durations = new HistogramConfiguration { Buckets = Buckets.Durations.Bounds };

        var arrivals = make.CreateCounter(
            "loadgen_arrivals_total", "Arrivals that have ended. With more than 24 pairs of target and profile, profiles are counted as 'all'; with more than 24 targets, targets too.", "target", "profile");
        var handshakes = make.CreateCounter(
            "loadgen_handshakes_total", "Arrivals that have ended, by result.", "target", "profile", "result");
        var handshake = make.CreateHistogram(
            "loadgen_handshake_duration_seconds", "Time from the first byte of ClientHello to success.", ["target", "profile"], durations);
        var response = make.CreateHistogram(
            "loadgen_response_duration_seconds", "Time from the planned start to success.", ["target", "profile"], durations);
        var phase = make.CreateHistogram("loadgen_phase_duration_seconds", "Duration of one phase of a completed handshake.", ["phase"], durations);
        var lag = make.CreateHistogram("loadgen_schedule_lag_seconds", "Delay of handshake starts behind their planned time.", durations);
        var failures = make.CreateCounter(
            "loadgen_handshake_failures_total", "Failed handshakes, by kind, the phase that failed, and alert.", "target", "kind", "phase", "alert");
        var negotiated = make.CreateCounter(
            "loadgen_negotiated_total", "Completed handshakes, by negotiated parameters.", "tls_version", "cipher_suite", "group", "resumed");
        _resumption = new ResumptionInstruments(make, "loadgen_", "");
        _inFlight = make.CreateGauge("loadgen_connections_in_flight", "Connections in progress.");

        _pairs = [.. labels.Pairs.Select(pair => new Pair(
            arrivals.WithLabels(pair.Target, pair.Profile),
            handshakes.WithLabels(pair.Target, pair.Profile, "completed"),
            handshakes.WithLabels(pair.Target, pair.Profile, "failed"),
            handshakes.WithLabels(pair.Target, pair.Profile, "dropped"),
            new Lazy<Counter.Child>(() => handshakes.WithLabels(pair.Target, pair.Profile, "partial")),
            new FoldedHistogram(handshake.WithLabels(pair.Target, pair.Profile), Buckets.Durations),
            new FoldedHistogram(response.WithLabels(pair.Target, pair.Profile), Buckets.Durations)))];
        _wire = new WireInstruments(make, "loadgen_", "");
        _partial = new PartialInstruments(make, "loadgen_", "");
        _phases = [.. EnumNames.All<Phase>().Select(name => new FoldedHistogram(phase.WithLabels(name), Buckets.Durations))];
        _lag = new FoldedHistogram(lag.WithLabels(), Buckets.Durations);
        _failures = new SeenCounter<FailureKey>(failures, SeriesLabels.MostFailures, labels.Of, SeriesLabels.CoarseOf);
        _negotiated = new SeenCounter<Negotiated>(negotiated, SeriesLabels.MostNegotiated, SeriesLabels.Of, SeriesLabels.CoarseOf);
    }

    public string RunId { get; }

    public CollectorRegistry Registry { get; } = Prometheus.Metrics.NewCustomRegistry();

    /// <summary>Takes what one worker of this process counted since it did so last.</summary>
    public void Counted(string workerId, Tally part, long inFlight)
    {
        lock (_lock)
        {
            _total.Merge(part);
            _inFlightOf[workerId] = inFlight;
        }
    }

    /// <summary>Brings everything up to what was counted until now.</summary>
    public void Fold()
    {
        lock (_lock)
        {
            _inFlight.Set(_inFlightOf.Values.Sum());
            for (var i = 0; i < _pairs.Length; i++)
            {
                Fold(_pairs[i], _labels.GroupOf(i, _total));
            }

            for (var i = 0; i < _phases.Length; i++)
            {
                _phases[i].BringTo(BucketCounts.Of(_total.PhaseOf((Phase)i)));
            }

            _wire.BringTo(_total.WireCosts);
            _partial.BringTo(_total.Partial);
            _lag.BringTo(BucketCounts.Of(_total.Lag));
            _failures.BringTo(_total.Failures.Select(failure => KeyValuePair.Create(failure.Key, failure.Value.Count)));
            _negotiated.BringTo(_total.Negotiated);
            _resumption.BringTo(_total);
        }
    }

    private static void Fold(Pair pair, (Books Books, LatencyHistogram Handshake, LatencyHistogram Response) counted)
    {
        pair.Arrivals.IncTo(counted.Books.Scheduled);
        pair.Completed.IncTo(counted.Books.Completed);
        pair.Failed.IncTo(counted.Books.Failed);
        pair.Dropped.IncTo(counted.Books.Dropped);
        if (counted.Books.Partial > 0)
        {
            pair.Partial.Value.IncTo(counted.Books.Partial);
        }

        pair.Handshake.BringTo(BucketCounts.Of(counted.Handshake));
        pair.Response.BringTo(BucketCounts.Of(counted.Response));
    }

    private sealed record Pair(
        Counter.Child Arrivals,
        Counter.Child Completed,
        Counter.Child Failed,
        Counter.Child Dropped,
        Lazy<Counter.Child> Partial,
        FoldedHistogram Handshake,
        FoldedHistogram Response);
}
