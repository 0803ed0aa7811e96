using System.Reflection;
using LoadGen.Cluster.Worker;
using LoadGen.Core.Handshakes;
using LoadGen.Core.Plans;
using LoadGen.Core.Runs;
using LoadGen.Core.Tallies;
using Prometheus;

namespace LoadGen.Metrics;

/// <summary>
/// Every instrument of a node, one method an event. Label values come from closed sets: aliases of the plan, names of
/// phases, kinds and alerts; never an address or an error text.
/// </summary>
internal sealed class NodeMetrics : IWorkerObserver
{
    // 100 us to 52 s: each bucket is twice the one before it.
    private static readonly double[] Seconds = Prometheus.Histogram.ExponentialBuckets(0.0001, 2, 20);

    private readonly Counter _arrivals;
    private readonly Counter _handshakes;
    private readonly Counter _failures;
    private readonly Counter _negotiated;
    private readonly Histogram _handshake;
    private readonly Histogram _response;
    private readonly Histogram _phase;
    private readonly Histogram _lag;
    private readonly Gauge _inFlight;
    private readonly Gauge _offeredRate;
    private readonly Gauge _workers;
    private readonly Gauge _runInfo;
    private readonly Gauge _stage;
    private readonly Gauge _limited;
    private Plan? _plan;

    public NodeMetrics()
    {
        Registry = Prometheus.Metrics.NewCustomRegistry();
        DotNetStats.Register(Registry);
        var make = Prometheus.Metrics.WithCustomRegistry(Registry);
        var duration = new HistogramConfiguration { Buckets = Seconds };

        _arrivals = make.CreateCounter("loadgen_arrivals_total", "Arrivals that came due.", "target", "profile");
        _handshakes = make.CreateCounter(
            "loadgen_handshakes_total", "Arrivals that ended, by what became of them.", "target", "profile", "result");
        _failures = make.CreateCounter(
            "loadgen_handshake_failures_total", "Failed handshakes, by kind, phase that did not end, and alert.", "target", "kind", "phase", "alert");
        _negotiated = make.CreateCounter(
            "loadgen_negotiated_total", "Completed handshakes, by what the wire showed.", "tls_version", "cipher_suite", "group", "resumed");
        _handshake = make.CreateHistogram(
            "loadgen_handshake_duration_seconds", "First byte of ClientHello to success.", ["target", "profile"], duration);
        _response = make.CreateHistogram(
            "loadgen_response_duration_seconds", "Planned time to success.", ["target", "profile"], duration);
        _phase = make.CreateHistogram("loadgen_phase_duration_seconds", "One phase of a completed handshake.", ["phase"], duration);
        _lag = make.CreateHistogram("loadgen_schedule_lag_seconds", "How late handshakes were started.", duration);
        _inFlight = make.CreateGauge("loadgen_connections_in_flight", "Connections under way.");
        _offeredRate = make.CreateGauge("loadgen_offered_rate", "The plan's rate now, in arrivals per second.");
        _workers = make.CreateGauge("loadgen_workers", "Workers known to the coordinator, by state.", "state");
        _runInfo = make.CreateGauge("loadgen_run_info", "Always 1; the labels say which run this is.", "run_id", "version");
        _stage = make.CreateGauge("loadgen_run_stage", "The stage of the plan's load that is under way, from 0.");
        _limited = make.CreateGauge("loadgen_generator_limited", "1 if the generator was the limit.", "reason");
    }

    /// <summary>What the endpoint exposes.</summary>
    public CollectorRegistry Registry { get; }

    /// <summary>The program's version.</summary>
    public static string Version { get; } =
        typeof(NodeMetrics).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    public void Prepared(Plan plan) => _plan = plan;

    public void Arrived(int target, int profile)
        => _arrivals.WithLabels(TargetName(target), ProfileName(profile)).Inc();

    public void InFlightChanged(int change) => _inFlight.Inc(change);

    public void Dropped(int target, int profile)
        => _handshakes.WithLabels(TargetName(target), ProfileName(profile), "dropped").Inc();

    public void Ended(Sample sample)
    {
        var target = TargetName(sample.Target);
        var profile = ProfileName(sample.Profile);
        _lag.Observe(sample.Lag.TotalSeconds);
        if (sample.Outcome is { IsCompleted: false, Failure: var failure })
        {
            _handshakes.WithLabels(target, profile, "failed").Inc();
            _failures.WithLabels(target, failure.Kind.Name(), failure.Phase.Name(), failure.Alert ?? "").Inc();
            return;
        }

        var negotiated = sample.Outcome.Negotiated!;
        _handshakes.WithLabels(target, profile, "completed").Inc();
        _negotiated.WithLabels(
            negotiated.TlsVersion.Name(), negotiated.CipherSuite, negotiated.Group ?? "", negotiated.Resumed ? "true" : "false").Inc();
        _handshake.WithLabels(target, profile).Observe(sample.Outcome.Handshake!.Value.TotalSeconds);
        _response.WithLabels(target, profile).Observe(sample.Response.TotalSeconds);
        for (var phase = Phase.Dns; phase <= Phase.ServerConfirmed; phase++)
        {
            if (sample.Outcome.Phases[phase] is { } took)
            {
                _phase.WithLabels(phase.Name()).Observe(took.TotalSeconds);
            }
        }
    }

    /// <summary>The coordinator's view of the run changed.</summary>
    public void Progressed(RunProgress progress)
    {
        _runInfo.WithLabels(progress.RunId, Version).Set(1);
        _stage.Set(progress.LoadStage);
        _offeredRate.Set(progress.OfferedPerSecond ?? 0);
        foreach (var stage in Enum.GetValues<WorkerStage>())
        {
#pragma warning disable CA1308 // Label values are lower case by convention.
            _workers.WithLabels(stage.ToString().ToLowerInvariant()).Set(progress.Workers.Count(worker => worker.Stage == stage));
#pragma warning restore CA1308
        }
    }

    /// <summary>The run was found to be limited by the generator.</summary>
    public void GeneratorLimited(string reason) => _limited.WithLabels(reason).Set(1);

    private string TargetName(int target) => _plan!.Targets[target].Name;

    private string ProfileName(int profile) => _plan!.Profiles[profile].Name;
}
