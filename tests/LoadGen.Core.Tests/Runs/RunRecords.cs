using LoadGen.Core.Generator;
using LoadGen.Core.Handshakes;
using LoadGen.Core.Plans;
using LoadGen.Core.Runs;
using LoadGen.Core.Shapes;
using LoadGen.Core.Tallies;

namespace LoadGen.Core.Tests.Runs;

/// <summary>Runs that are over, made of a few figures.</summary>
internal static class RunRecords
{
    public static Plan Plan { get; } = new()
    {
        Name = "test",
        Targets = [new Target { Name = "gateway", Host = "127.0.0.1", Port = 443, ServerName = "localhost" }],
        Profiles = [new Profile { Name = "modern" }],
        Load = new Load.Open(new Schedule(new Constant(100, TimeSpan.FromSeconds(10)))),
    };

    /// <summary>A run of 10 s in which handshakes completed, each with its response time.</summary>
    public static RunRecord Of(
        int completed = 1000, int failed = 0, int dropped = 0, int lost = 0, double responseMs = 10, double lagMs = 0.5, double cpuSeconds = 1, double gcSeconds = 0,
        Load? load = null, string? abort = null, int resumed = 0, FailureKind kind = FailureKind.ConnectionReset, WireCost wire = default, params string[] thresholds)
    {
        var tally = new Tally(1, 1);
        var lag = TimeSpan.FromMilliseconds(lagMs);
        var took = TimeSpan.FromMilliseconds(responseMs) - lag;
        for (var i = 0; i < completed; i++)
        {
            tally.Record(SampleOf(Outcome.Completed(new Negotiated(TlsVersion.Tls13, "TLS_AES_128_GCM_SHA256", i < resumed ? null : "x25519", i < resumed), took, took, PhasesOf(took), null, wire: wire), i, lag));
        }

        for (var i = 0; i < failed; i++)
        {
            tally.Record(SampleOf(Outcome.Failed(new Failure(kind, Phase.ServerHello, FaultSide.Server, null, "gone"), took, default), i, lag));
        }

        for (var i = 0; i < dropped; i++)
        {
            tally.RecordDropped(TimeSpan.Zero, 0, 0);
        }

        tally.RecordLost(lost);
        var usage = new GeneratorUsage("host:1", 2, TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(cpuSeconds), TimeSpan.FromSeconds(gcSeconds));
        return new RunRecord
        {
            RunId = "run-1",
            Plan = Plan with { Load = load ?? Plan.Load, Thresholds = [.. thresholds.Select(Parse)] },
            StartedAt = DateTimeOffset.UnixEpoch,
            Duration = TimeSpan.FromSeconds(10),
            Workers = [new WorkerRecord("worker-1", "host", tally.Books, lost > 0 ? TimeSpan.FromSeconds(5) : null, usage)],
            Tally = tally,
            AbortReason = abort,
        };
    }

    private static Sample SampleOf(Outcome outcome, int i, TimeSpan lag)
    {
        var planned = TimeSpan.FromMilliseconds(i * 10);
        return new Sample(i, 0, 0, planned, planned + lag, planned + lag + outcome.Elapsed, outcome);
    }

    private static PhaseDurations PhasesOf(TimeSpan took)
    {
        var phases = default(PhaseDurations);
        phases[Phase.ServerHello] = took;
        return phases;
    }

    private static Threshold Parse(string text)
        => ThresholdParser.TryParse(text, out var threshold, out var remedy) ? threshold : throw new ArgumentException(remedy, nameof(text));
}
