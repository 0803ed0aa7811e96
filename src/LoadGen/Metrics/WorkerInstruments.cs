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
    private readonly Pair[] _pairs;
    private readonly FoldedHistogram[] _phases;
    private readonly FoldedHistogram _lag;
    private readonly SeenCounter<FailureKey> _failures;
    private readonly SeenCounter<Negotiated> _negotiated;
    private readonly Gauge _inFlight;

    public WorkerInstruments(string runId, Plan plan)
    {
        RunId = runId;
        Counts = new WorkerCounts(plan);
        var labels = new SeriesLabels(plan);
        var make = Prometheus.Metrics.WithCustomRegistry(Registry);
        var durations = new HistogramConfiguration { Buckets = Buckets.Seconds };

        var arrivals = make.CreateCounter(
            "loadgen_arrivals_total", "Arrivals that came due. Of a plan with more than 24 pairs of target and profile, all profiles together, and of more than 24 targets these too.", "target", "profile");
        var handshakes = make.CreateCounter(
            "loadgen_handshakes_total", "Arrivals that ended, by what became of them.", "target", "profile", "result");
        var handshake = make.CreateHistogram(
            "loadgen_handshake_duration_seconds", "First byte of ClientHello to success.", ["target", "profile"], durations);
        var response = make.CreateHistogram(
            "loadgen_response_duration_seconds", "Planned time to success.", ["target", "profile"], durations);
        var phase = make.CreateHistogram("loadgen_phase_duration_seconds", "One phase of a completed handshake.", ["phase"], durations);
        var lag = make.CreateHistogram("loadgen_schedule_lag_seconds", "How late handshakes were started.", durations);
        var failures = make.CreateCounter(
            "loadgen_handshake_failures_total", "Failed handshakes, by kind, phase that did not end, and alert.", "target", "kind", "phase", "alert");
        var negotiated = make.CreateCounter(
            "loadgen_negotiated_total", "Completed handshakes, by what the wire showed.", "tls_version", "cipher_suite", "group", "resumed");
        _inFlight = make.CreateGauge("loadgen_connections_in_flight", "Connections under way.");

        _pairs = [.. labels.Pairs.Select(pair => new Pair(
            arrivals.WithLabels(pair.Target, pair.Profile),
            handshakes.WithLabels(pair.Target, pair.Profile, "completed"),
            handshakes.WithLabels(pair.Target, pair.Profile, "failed"),
            handshakes.WithLabels(pair.Target, pair.Profile, "dropped"),
            new FoldedHistogram(handshake.WithLabels(pair.Target, pair.Profile)),
            new FoldedHistogram(response.WithLabels(pair.Target, pair.Profile))))];
        _phases = [.. PhaseNames.All.Select(name => new FoldedHistogram(phase.WithLabels(name)))];
        _lag = new FoldedHistogram(lag.WithLabels());
        _failures = new SeenCounter<FailureKey>(failures, SeriesLabels.MostFailures, labels.Of, SeriesLabels.CoarseOf);
        _negotiated = new SeenCounter<Negotiated>(negotiated, SeriesLabels.MostNegotiated, SeriesLabels.Of, SeriesLabels.CoarseOf);
    }

    public string RunId { get; }

    /// <summary>Where the load is counted.</summary>
    public WorkerCounts Counts { get; }

    public CollectorRegistry Registry { get; } = Prometheus.Metrics.NewCustomRegistry();

    /// <summary>Brings everything up to what was counted until now.</summary>
    public void Fold(long inFlight)
    {
        lock (_lock)
        {
            _inFlight.Set(inFlight);
            Counts.Read(Fold);
        }
    }

    private void Fold(WorkerCounts.View counted)
    {
        for (var i = 0; i < _pairs.Length; i++)
        {
            var (pair, of) = (_pairs[i], counted.Pairs[i]);
            pair.Arrivals.IncTo(Interlocked.Read(ref counted.Arrived[i]));
            pair.Completed.IncTo(of.Completed);
            pair.Failed.IncTo(of.Failed);
            pair.Dropped.IncTo(Interlocked.Read(ref counted.Dropped[i]));
            pair.Handshake.BringTo(of.Handshake);
            pair.Response.BringTo(of.Response);
        }

        for (var i = 0; i < _phases.Length; i++)
        {
            _phases[i].BringTo(counted.Phases[i]);
        }

        _lag.BringTo(counted.Lag);
        _failures.BringTo(counted.Failures);
        _negotiated.BringTo(counted.Negotiated);
    }

    private sealed record Pair(
        Counter.Child Arrivals, Counter.Child Completed, Counter.Child Failed, Counter.Child Dropped, FoldedHistogram Handshake, FoldedHistogram Response);
}
