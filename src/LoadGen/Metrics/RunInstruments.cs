using LoadGen.Core;
using LoadGen.Core.Generator;
using LoadGen.Core.Handshakes;
using LoadGen.Core.Plans;
using LoadGen.Core.Runs;
using LoadGen.Core.Tallies;
using Prometheus;

namespace LoadGen.Metrics;

/// <summary>
/// What a coordinator exposes of one run: the merged view of all workers, and the progress of the run. The counts have names of
/// their own (<c>loadgen_run_</c>), so that a sum over all processes counts nothing twice.
/// </summary>
internal sealed class RunInstruments
{
    private readonly Lock _lock = new();
    private readonly SeriesLabels _labels;
    private readonly Counter _arrivals;
    private readonly Counter _handshakes;
    private readonly Gauge _lost;
    private readonly FoldedHistogram _handshake;
    private readonly FoldedHistogram _response;
    private readonly FoldedHistogram[] _phases;
    private readonly WireInstruments _wire;
    private readonly PartialInstruments _partial;
    private readonly SeenCounter<FailureKey> _failures;
    private readonly SeenCounter<Negotiated> _negotiated;
    private readonly Gauge _offeredRate;
    private readonly Gauge _achievedRate;
    private readonly Gauge _workers;
    private readonly ResumptionInstruments _resumption;
    private readonly Gauge _workersExpected;
    private readonly Gauge _stage;
    private readonly Gauge _state;
    private readonly Gauge _elapsed;
    private readonly Gauge _planned;
    private readonly Gauge _verdict;
    private readonly Gauge _limited;

    public RunInstruments(string runId, Plan plan)
    {
        RunId = runId;
        _labels = new SeriesLabels(plan);
        var make = Prometheus.Metrics.WithCustomRegistry(Registry);
        var durations = new HistogramConfiguration { Buckets = Buckets.Durations.Bounds };

        _arrivals = make.CreateCounter("loadgen_run_arrivals_total", "Arrivals that have ended on any worker.", "target");
        _handshakes = make.CreateCounter("loadgen_run_handshakes_total", "Arrivals that have ended on any worker, by result.", "target", "result");
        _lost = make.CreateGauge("loadgen_run_lost_arrivals", "Arrivals counted as lost with their worker; falls when a lost worker reconnects and reports.");
        var failures = make.CreateCounter(
            "loadgen_run_handshake_failures_total", "Failed handshakes of all workers, by kind, the phase that failed, and alert.", "target", "kind", "phase", "alert");
        var negotiated = make.CreateCounter(
            "loadgen_run_negotiated_total", "Completed handshakes of all workers, by negotiated parameters.", "tls_version", "cipher_suite", "group", "resumed");
        var handshake = make.CreateHistogram("loadgen_run_handshake_duration_seconds", "Time from the first byte of ClientHello to success, all workers.", durations);
        var response = make.CreateHistogram("loadgen_run_response_duration_seconds", "Time from the planned start to success, all workers.", durations);
        var phase = make.CreateHistogram("loadgen_run_phase_duration_seconds", "Duration of one phase of a completed handshake, all workers.", ["phase"], durations);
        _resumption = new ResumptionInstruments(make, "loadgen_run_", ", all workers");
        _offeredRate = make.CreateGauge("loadgen_offered_rate", "The plan's current rate in arrivals per second; 0 for a closed load.");
        _achievedRate = make.CreateGauge("loadgen_achieved_rate", "Handshakes completed and failed per second, over the last second reported by every worker.");
        _workers = make.CreateGauge("loadgen_workers", "Workers known to the coordinator, by state.", "state");
        _workersExpected = make.CreateGauge("loadgen_workers_expected", "Workers that the run waits for at its start, or the number that have taken part if that is greater.");
        _stage = make.CreateGauge("loadgen_run_stage", "The current stage of the plan's load, from 0.");
        _state = make.CreateGauge("loadgen_run_state", "1 for the current state of the run.", "state");
        _elapsed = make.CreateGauge("loadgen_run_elapsed_seconds", "Time since the start of the load.");
        _planned = make.CreateGauge("loadgen_run_planned_seconds", "Planned duration of the load; 0 if only a count limits it.");
        _verdict = make.CreateGauge("loadgen_run_verdict", "1 for the run's verdict, once it is known.", "verdict");
        _limited = make.CreateGauge("loadgen_generator_limited", "1 if the generator, not the server, currently limits the run.", "reason");

        _handshake = new FoldedHistogram(handshake.WithLabels(), Buckets.Durations);
        _response = new FoldedHistogram(response.WithLabels(), Buckets.Durations);
        _wire = new WireInstruments(make, "loadgen_run_", ", all workers");
        _partial = new PartialInstruments(make, "loadgen_run_", ", all workers");
        _phases = [.. EnumNames.All<Phase>().Select(name => new FoldedHistogram(phase.WithLabels(name), Buckets.Durations))];
        _failures = new SeenCounter<FailureKey>(failures, SeriesLabels.MostFailures, _labels.Of, SeriesLabels.CoarseOf);
        _negotiated = new SeenCounter<Negotiated>(negotiated, SeriesLabels.MostNegotiated, SeriesLabels.Of, SeriesLabels.CoarseOf);
        ShowOneOf<VerdictKind>(_verdict, null);
        ShowLimits(new HashSet<GeneratorLimit>());
    }

    public string RunId { get; }

    public CollectorRegistry Registry { get; } = Prometheus.Metrics.NewCustomRegistry();

    /// <summary>Shows the progress of the run, and everything counted so far. Called once a second, not for each report: thousands of them come.</summary>
    public void Progressed(RunProgress progress, Plan plan, Tally merged)
    {
        lock (_lock)
        {
            Fold(merged);
            _offeredRate.Set(progress.Stage == RunStage.Running ? progress.OfferedPerSecond ?? 0 : 0);
            _achievedRate.Set(progress.CompletedPerSecond + progress.FailedPerSecond);
            _stage.Set(progress.LoadStage);
            _elapsed.Set(progress.Elapsed.TotalSeconds);
            _planned.Set(progress.Duration?.TotalSeconds ?? 0);
            _workersExpected.Set(progress.WorkersExpected);
            ShowOneOf<RunStage>(_state, progress.Stage);
            foreach (var stage in Enum.GetValues<WorkerStage>())
            {
                _workers.WithLabels(stage.Name()).Set(progress.Workers.Count(worker => worker.Stage == stage));
            }

            ShowLimits(GeneratorAssessment.Of(plan, merged.Books, merged, progress.Workers.Select(worker => worker.Usage)).Limits);
        }
    }

    /// <summary>The run has ended.</summary>
    public void Ended(Tally merged, Verdict verdict)
    {
        lock (_lock)
        {
            Fold(merged);
            _offeredRate.Set(0);
            _achievedRate.Set(0);
            ShowOneOf<RunStage>(_state, RunStage.Ended);
            ShowLimits(verdict.Generator.Limits);
            ShowOneOf<VerdictKind>(_verdict, verdict.Kind);
        }
    }

    private void Fold(Tally merged)
    {
        foreach (var target in Enumerable.Range(0, merged.TargetCount).GroupBy(target => _labels.Targets[_labels.TargetOf(target)], merged.BooksOfTarget))
        {
            var books = target.Aggregate(Books.Add);
            _arrivals.WithLabels(target.Key).IncTo(books.Scheduled);
            _handshakes.WithLabels(target.Key, "completed").IncTo(books.Completed);
            _handshakes.WithLabels(target.Key, "failed").IncTo(books.Failed);
            _handshakes.WithLabels(target.Key, "dropped").IncTo(books.Dropped);
            if (books.Partial > 0)
            {
                _handshakes.WithLabels(target.Key, "partial").IncTo(books.Partial);
            }
        }

        _lost.Set(merged.Books.Lost);
        _handshake.BringTo(BucketCounts.Of(merged.Handshake));
        _response.BringTo(BucketCounts.Of(merged.Response));
        _wire.BringTo(merged.WireCosts);
        _partial.BringTo(merged.Partial);
        for (var i = 0; i < _phases.Length; i++)
        {
            _phases[i].BringTo(BucketCounts.Of(merged.PhaseOf((Phase)i)));
        }

        _failures.BringTo(merged.Failures.Select(failure => KeyValuePair.Create(failure.Key, failure.Value.Count)));
        _negotiated.BringTo(merged.Negotiated);
        _resumption.BringTo(merged);
    }

    private void ShowLimits(IReadOnlySet<GeneratorLimit> limits)
    {
        foreach (var limit in Enum.GetValues<GeneratorLimit>())
        {
            _limited.WithLabels(limit.Name()).Set(limits.Contains(limit) ? 1 : 0);
        }
    }

    private static void ShowOneOf<TValue>(Gauge gauge, TValue? shown)
        where TValue : struct, Enum
    {
        foreach (var value in Enum.GetValues<TValue>())
        {
            gauge.WithLabels(value.Name()).Set(shown is { } one && EqualityComparer<TValue>.Default.Equals(value, one) ? 1 : 0);
        }
    }
}
