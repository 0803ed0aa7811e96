using LoadGen.Core.Handshakes;
using LoadGen.Core.Plans;
using LoadGen.Core.Tallies;

namespace LoadGen.Core.Runs;

/// <summary>Puts what is known about a run into the form of its result.</summary>
public static class RunResultBuilder
{
    /// <summary>The result of a run and its verdict.</summary>
    public static RunResult Build(RunRecord record, Verdict verdict)
    {
        var tally = record.Tally;
        var plan = record.Plan;
        var seconds = record.Duration.TotalSeconds;
        return new RunResult
        {
            Schema = RunResult.CurrentSchema,
            Run = new RunResult.RunPart(
                record.RunId, plan.Name, record.StartedAt, Rounded(seconds), plan.Engine, NameOf(verdict.Kind), verdict.Reasons)
            {
                Crypto = [.. record.Workers.Select(worker => worker.Crypto).OfType<string>().Distinct()],
                Checks = plan.Profiles.Any(profile => profile.Checks == Checks.Lean) ? "lean" : "full",
            },
            Books = Part(record.Books),
            Rate = new RunResult.RatePart(
                seconds > 0 ? Rounded(record.Books.Scheduled / seconds) : 0, Rounded(record.CompletedPerSecond)),
            LatencyMs = new RunResult.LatencyPart(Part(tally.Response), Part(tally.Handshake), Phases(tally)),
            Negotiated =
            [
                .. tally.Negotiated.OrderByDescending(each => each.Value).Select(each => Part(each.Key, each.Value)),
            ],
            Failures =
            [
                .. tally.Failures.OrderByDescending(each => each.Value.Count).Select(each => Part(each.Key, each.Value, plan)),
            ],
            Thresholds =
            [
                .. verdict.Thresholds.Select(each => new RunResult.ThresholdPart(
                    each.Threshold.Expression, each.Observed is { } observed ? Math.Round(observed, 6) : null, each.Pass)),
            ],
            Workers =
            [
                .. record.Workers.Select(each => new RunResult.WorkerPart(
                    each.Id, each.Host, Part(each.Books), each.LostAt is { } lostAt ? Rounded(lostAt.TotalSeconds) : null)),
            ],
            Generator = Part(verdict.Generator),
            Targets =
            [
                .. plan.Targets.Select((target, i) => new RunResult.TargetPart(
                    target.Name, Part(tally.BooksOfTarget(i)), Part(tally.TargetOf(i)), Part(tally.Certificates[i]))),
            ],
            Profiles =
            [
                .. plan.Profiles.Zip(Enumerable.Range(0, plan.Profiles.Count).Select(tally.ProfileOf), (profile, counted) => new RunResult.ProfilePart(
                    profile.Name, Part(counted.Books), Part(counted))
                {
                    Checks = profile.Checks == Checks.Lean ? "lean" : "full",
                    Confirm = profile.Confirm switch
                    {
                        Confirm.Http => "http",
                        Confirm.Close => "close",
                        _ => "none",
                    },
                    ResumePercent = profile.Resume > 0 ? Rounded(profile.Resume * 100) : null,
                }),
            ],
            Held = plan.Profiles.Any(profile => profile.Hold > TimeSpan.Zero)
                ? new RunResult.HeldPart(tally.Held.Connections, tally.Held.EndedByServer)
                : null,
            BuiltInTarget = record.BuiltInTarget,
            Intervals = [.. tally.Intervals.Select((interval, i) => Part(interval, tally.FirstInterval + i, record.Workers))],
        };
    }

    /// <summary>The name of a verdict in results: <c>pass</c>, <c>fail</c>, <c>inconclusive</c>, <c>aborted</c>.</summary>
    public static string NameOf(VerdictKind kind) => kind switch
    {
        VerdictKind.Pass => "pass",
        VerdictKind.Fail => "fail",
        VerdictKind.Inconclusive => "inconclusive",
        _ => "aborted",
    };

    /// <summary>A cause of failures in the form of the result.</summary>
    public static RunResult.FailurePart Part(FailureKey failure, FailureCount count, Plan plan) => new(
        failure.Kind.Name(), failure.Phase.Name(), failure.Alert, failure.Side.Name(), plan.Targets[failure.Target].Name, count.Count, count.Example);

    /// <summary>A distribution in the form of the result.</summary>
    public static RunResult.Distribution? Part(LatencySummary? summary) => summary is null
        ? null
        : new RunResult.Distribution(
            summary.Count,
            Milliseconds(summary.Min),
            Milliseconds(summary.Mean),
            Milliseconds(summary.P50),
            Milliseconds(summary.P90),
            Milliseconds(summary.P95),
            Milliseconds(summary.P99),
            Milliseconds(summary.P999),
            Milliseconds(summary.Max),
            summary.Saturated > 0 ? summary.Saturated : null);

    /// <summary>What was negotiated in the form of the result.</summary>
    public static RunResult.NegotiatedPart Part(Negotiated negotiated, long count) => new(
        negotiated.TlsVersion.Name(), negotiated.CipherSuite, negotiated.Group, negotiated.Resumed, count)
    {
        SignatureScheme = negotiated.SignatureScheme,
        Alpn = negotiated.Alpn,
        HelloRetryRequest = negotiated.HelloRetryRequest,
        ClientCertificate = negotiated.ClientCertificate,
        OcspStapled = negotiated.OcspStapled,
        PreSharedKey = negotiated.PreSharedKey,
        Success = negotiated.ServerConfirmed ? "server_confirmed" : "client_finished",
    };

    private static Dictionary<string, RunResult.Distribution> Phases(Tally tally)
    {
        var phases = new Dictionary<string, RunResult.Distribution>();
        for (var phase = Phase.Dns; phase <= Phase.ServerConfirmed; phase++)
        {
            if (Part(tally.PhaseOf(phase)) is { } distribution)
            {
                phases.Add(phase.Name(), distribution);
            }
        }

        return phases;
    }

    private static RunResult.IntervalPart Part(IntervalTally interval, int second, IReadOnlyList<WorkerRecord> workers) => new(
        second,
        interval.Scheduled,
        interval.Completed,
        interval.Failed,
        interval.Dropped,
        Milliseconds(interval.Response.Percentile(50)),
        Milliseconds(interval.Response.Percentile(99)),
        workers.Count(worker => worker.LostAt is not { } lostAt || lostAt.TotalSeconds > second));

    private static RunResult.GeneratorPart Part(GeneratorAssessment generator) => new(
        generator.CpuMicrosPerHandshake is { } cpu ? Rounded(cpu) : null,
        Part(generator.Lag),
        Rounded(generator.GcPausePercent),
        generator.Limited,
        generator.Reasons);

    private static RunResult.BooksPart Part(Books books) => RunResult.BooksPart.Of(books);

    private static RunResult.LatencyPart Part(GroupTally group) => new(Part(group.Response), Part(group.Handshake), null);

    private static RunResult.CertificatePart? Part(CertificateSummary? certificate) => certificate is null
        ? null
        : new RunResult.CertificatePart(certificate.Subject, certificate.Issuer, certificate.NotAfter, certificate.KeyType);

    private static RunResult.Distribution? Part(LatencyHistogram histogram) => Part(histogram.Summarize());

    private static double? Milliseconds(TimeSpan? time) => time is { } value ? Milliseconds(value) : null;

    private static double Milliseconds(TimeSpan time) => Rounded(time.TotalMilliseconds);

    private static double Rounded(double value) => Math.Round(value, 3);
}
