using LoadGen.Core.Generator;
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
                record.RunId, plan.Name, record.StartedAt, Rounded(seconds), plan.EngineNames, verdict.Kind.Name(), verdict.Reasons)
            {
                Crypto = [.. record.Workers.Select(worker => worker.Crypto).OfType<string>().Distinct()],
                Checks = plan.Profiles.Any(profile => profile.Checks == Checks.Lean) ? "lean" : "full",
            },
            Books = Part(record.Books),
            Rate = new RunResult.RatePart(
                seconds > 0 ? Rounded(record.Books.Scheduled / seconds) : 0, Rounded(record.CompletedPerSecond)),
            LatencyMs = new RunResult.LatencyPart(Part(tally.Response), Part(tally.Handshake), Phases(tally)),
            Wire = Part(tally.WireCosts),
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
            Generator = Part(verdict.Generator, tally.Rested),
            Targets =
            [
                .. plan.Targets.Select((target, i) => new RunResult.TargetPart(
                    target.Name, Part(tally.BooksOfTarget(i)), Part(tally.TargetOf(i)), Part(tally.Certificates[i]))
                {
                    Addresses = [.. tally.Addresses.Where(each => each.Key.Target == i).OrderBy(each => each.Key.Address, StringComparer.Ordinal).Select(each => Part(each.Key, each.Value))],
                }),
            ],
            Profiles =
            [
                .. plan.Profiles.Zip(Enumerable.Range(0, plan.Profiles.Count).Select(tally.ProfileOf), (profile, counted) => new RunResult.ProfilePart(
                    profile.Name, Part(counted.Books), Part(counted))
                {
                    Engine = profile.Engine?.Name ?? plan.Engine,
                    EngineReason = profile.Engine?.Because,
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
            Warnings = RunWarnings.Of(tally.Negotiated),
            Partial = plan.Profiles.Any(profile => profile.StopAfter != StopAfter.None)
                ? [.. tally.Partial.Where(each => each.Count > 0).Select(Part)]
                : null,
            Held = plan.Profiles.Any(profile => profile.Hold > TimeSpan.Zero && profile.StopAfter == StopAfter.None)
                ? new RunResult.HeldPart(tally.Held.Connections, tally.Held.EndedByServer)
                : null,
            Resumption = ResumptionOf(plan, tally),
            BuiltInTarget = record.BuiltInTarget,
            Intervals = [.. tally.Intervals.Select((interval, i) => Part(interval, tally.FirstInterval + i, record.Workers))],
        };
    }

    /// <summary>A cause of failures in the form of the result.</summary>
    public static RunResult.FailurePart Part(FailureKey failure, FailureCount count, Plan plan) => new(
        failure.Kind.Name(), failure.Phase.Name(), failure.Alert, failure.Side.Name(), plan.Targets[failure.Target].Name, count.Count, count.Example);

    /// <summary>An address in the form of the result.</summary>
    public static RunResult.AddressPart Part(AddressKey key, AddressTally counted) => new(
        key.Address,
        Part(new Books(counted.Completed + counted.Failed, counted.Completed, counted.Failed, 0, 0)),
        Part(counted.Handshake),
        counted.PassedOver > 0 ? new RunResult.PassedOverPart(counted.PassedOver, counted.PassedOverExample ?? "") : null);

    /// <summary>A distribution in the form of the result.</summary>
    public static RunResult.Distribution? Part(LatencySummary? summary) => Part(summary?.InMilliseconds());

    /// <summary>A distribution in the form of the result.</summary>
    public static RunResult.Distribution? Part(AmountSummary? summary) => summary is null
        ? null
        : new RunResult.Distribution(
            summary.Count,
            Rounded(summary.Min),
            Rounded(summary.Mean),
            Rounded(summary.P50),
            Rounded(summary.P90),
            Rounded(summary.P95),
            Rounded(summary.P99),
            Rounded(summary.P999),
            Rounded(summary.Max),
            summary.Saturated > 0 ? summary.Saturated : null);

    /// <summary>What handshakes cost on the network in the form of the result; <see langword="null"/> where nothing of it was seen.</summary>
    public static RunResult.WirePart? Part(WireTally costs) => costs.BytesIn.Count == 0
        ? null
        : new RunResult.WirePart(Part(costs.BytesIn.Summarize()), Part(costs.BytesOut.Summarize()), Part(costs.CertificateBytes.Summarize()))
        {
            BytesTotal = new RunResult.WireTotal(costs.BytesIn.Sum, costs.BytesOut.Sum),
            Flights = Part(costs.Flights.Summarize()),
            Retries = Part(costs.Retries.Summarize()),
            ServerFlightSegments = Part(costs.ServerFlightSegments.Summarize()),
            OverInitialWindow = costs.ServerFlightSegments.Count > 0 ? costs.OverInitialWindow : null,
            Tcp = Part(costs.TcpRoundTrip) is { } roundTrip && Part(costs.TcpRetransmits.Summarize()) is { } retransmits
                ? new RunResult.TcpPart(roundTrip, retransmits, costs.TcpRetransmits.Sum)
                : null,
        };

    /// <summary>What was negotiated in the form of the result.</summary>
    public static RunResult.NegotiatedPart Part(Negotiated negotiated, long count) => new(
        negotiated.TlsVersion.Name(), negotiated.CipherSuite, negotiated.Group, negotiated.Resumed, count)
    {
        ResumptionOffered = negotiated.OfferedResumption,
        EarlyData = negotiated.EarlyData?.Name(),
        SignatureScheme = negotiated.SignatureScheme,
        Alpn = negotiated.Alpn,
        HelloRetryRequest = negotiated.HelloRetryRequest,
        ClientCertificateRequested = negotiated.CertificateRequested,
        ClientCertificate = negotiated.ClientCertificate,
        OcspStapled = negotiated.OcspStapled,
        CertificateCompression = negotiated.CertificateCompression?.Name(),
        PreSharedKey = negotiated.PreSharedKey,
        Success = negotiated.ServerConfirmed ? "server_confirmed" : "client_finished",
    };

    private static RunResult.ResumptionPart? ResumptionOf(Plan plan, Tally tally)
    {
        if (plan.Profiles.All(profile => profile.Resume == 0))
        {
            return null;
        }

        return new RunResult.ResumptionPart(
            Count(each => !each.Resumed && !each.OfferedResumption),
            Count(each => each.Resumed),
            Count(each => each is { Resumed: true, HelloRetryRequest: true }),
            Count(each => each.RefusedResumption),
            tally.Priming.Completed,
            tally.Priming.Failed)
        {
            EarlyData = plan.Profiles.All(profile => profile.EarlyData is null) ? null : new RunResult.EarlyDataPart(
                Count(each => each.EarlyData == EarlyDataFate.Accepted),
                Count(each => each.EarlyData == EarlyDataFate.Rejected),
                Count(each => each.EarlyData == EarlyDataFate.TooEarly)),
        };

        long Count(Func<Negotiated, bool> isOne) => tally.Negotiated.Where(each => isOne(each.Key)).Sum(each => each.Value);
    }

    /// <summary>Handshakes stopped at one point in the form of the result.</summary>
    public static RunResult.PartialPart Part(PartialTally partial)
        => new(partial.StoppedAfter.Name(), partial.Count, partial.Kept, partial.Closed, partial.Reset, Part(partial.EndedAfter));

    private static Dictionary<string, RunResult.Distribution> Phases(Tally tally)
    {
        var phases = new Dictionary<string, RunResult.Distribution>();
        for (var phase = (Phase)0; (int)phase < PhaseDurations.Count; phase++)
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

    private static RunResult.GeneratorPart Part(GeneratorAssessment generator, TimeSpan rested) => new(
        generator.CpuMicrosPerHandshake is { } cpu ? Rounded(cpu) : null,
        Part(generator.Lag),
        Rounded(generator.GcPausePercent),
        generator.Limited,
        generator.Reasons)
    {
        RestedSeconds = rested > TimeSpan.Zero ? Rounded(rested.TotalSeconds) : null,
    };

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
