using LoadGen.Core.Generator;
using LoadGen.Core.Handshakes;
using LoadGen.Core.Plans;
using LoadGen.Core.Tallies;

namespace LoadGen.Core.Runs;

/// <summary>
/// The result of a run, as its JSON has it. Times are milliseconds. A distribution that nothing was recorded for, and a phase
/// that no handshake had, are absent.
/// </summary>
public sealed record RunResult
{
    /// <summary>The version of this form.</summary>
    public const int CurrentSchema = 1;

    public required int Schema { get; init; }

    public required RunPart Run { get; init; }

    public required BooksPart Books { get; init; }

    public required RatePart Rate { get; init; }

    public required LatencyPart LatencyMs { get; init; }

    /// <summary>What completed handshakes cost on the network; absent where the engine sees nothing of it.</summary>
    public WirePart? Wire { get; init; }

    public required IReadOnlyList<NegotiatedPart> Negotiated { get; init; }

    public required IReadOnlyList<FailurePart> Failures { get; init; }

    public required IReadOnlyList<ThresholdPart> Thresholds { get; init; }

    public required IReadOnlyList<WorkerPart> Workers { get; init; }

    public required GeneratorPart Generator { get; init; }

    public required IReadOnlyList<TargetPart> Targets { get; init; }

    public required IReadOnlyList<ProfilePart> Profiles { get; init; }

    /// <summary>What a reader must know to understand the figures, one sentence each.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>Connections that were held open after their handshakes; absent if no profile holds any.</summary>
    public HeldPart? Held { get; init; }

    /// <summary>What became of offers to resume; absent where a plan makes none.</summary>
    public ResumptionPart? Resumption { get; init; }

    /// <summary>Handshakes that were stopped on purpose, by where; absent if no profile stops any.</summary>
    public IReadOnlyList<PartialPart>? Partial { get; init; }

    public BuiltInTargetCounts? BuiltInTarget { get; init; }

    public required IReadOnlyList<IntervalPart> Intervals { get; init; }

    /// <summary>The run itself and its verdict.</summary>
    public sealed record RunPart(
        string Id, string Name, DateTimeOffset StartedAt, double DurationSeconds, string Engine, string Verdict, IReadOnlyList<string> Reasons)
    {
        /// <summary>Whose cryptography the workers' engines used, each kind once.</summary>
        public IReadOnlyList<string> Crypto { get; init; } = [];

        /// <summary><c>full</c>, or <c>lean</c> if any profile ran with lean checks.</summary>
        public required string Checks { get; init; }
    }

    /// <summary>scheduled = completed + failed + dropped + lost, and partial, which is there only if handshakes were stopped on purpose.</summary>
    public sealed record BooksPart(long Scheduled, long Completed, long Failed, long Dropped, long Lost)
    {
        public long? Partial { get; init; }

        public static BooksPart Of(Books books)
            => new(books.Scheduled, books.Completed, books.Failed, books.Dropped, books.Lost) { Partial = books.Partial > 0 ? books.Partial : null };
    }

    /// <summary>Over the whole duration.</summary>
    public sealed record RatePart(double ScheduledPerSecond, double CompletedPerSecond);

    /// <summary>Distributions of completed handshakes.</summary>
    public sealed record LatencyPart(Distribution? Response, Distribution? Handshake, IReadOnlyDictionary<string, Distribution>? Phases);

    /// <summary>
    /// A distribution, in milliseconds unless it says otherwise; <c>saturated</c> is there only if values above its highest were (60 s, 1 MiB).
    /// </summary>
    public sealed record Distribution(
        long Count, double Min, double Mean, double P50, double P90, double P95, double P99, double P999, double Max, long? Saturated);

    /// <summary>
    /// Distributions of completed handshakes, each over those where it was seen: bytes of TLS records on the TCP stream, in and out, of which
    /// <c>bytesTotal</c> are the exact sums; the length of the server's Certificate message; changes of direction; HelloRetryRequests; the
    /// server's flight in full TCP segments, and how many handshakes had one of more than ten (RFC 6928). <c>tcp</c> is of a sample.
    /// </summary>
    public sealed record WirePart(Distribution? BytesIn, Distribution? BytesOut, Distribution? CertificateBytes)
    {
        public required WireTotal BytesTotal { get; init; }

        public Distribution? Flights { get; init; }

        public Distribution? Retries { get; init; }

        public Distribution? ServerFlightSegments { get; init; }

        /// <summary>Absent where segments were not seen.</summary>
        public long? OverInitialWindow { get; init; }

        /// <summary>Absent where the system does not tell, as anywhere but on Linux.</summary>
        public TcpPart? Tcp { get; init; }
    }

    public sealed record WireTotal(long In, long Out);

    /// <summary>What TCP_INFO said at the end of some handshakes; retransmitted segments are those of this side.</summary>
    public sealed record TcpPart(Distribution RttMs, Distribution Retransmits, long RetransmitsTotal);

    /// <summary>
    /// What was negotiated. <c>success</c> is <c>server_confirmed</c> if the server answered after our Finished, else
    /// <c>client_finished</c>: it may yet have refused us. <c>ocspStapled</c> is there only if it was asked for.
    /// </summary>
    public sealed record NegotiatedPart(string TlsVersion, string CipherSuite, string? Group, bool Resumed, long Count)
    {
        /// <summary>Whether the client offered to resume a session.</summary>
        public bool ResumptionOffered { get; init; }

        /// <summary>What the server did with early data: <c>accepted</c>, <c>rejected</c>, or <c>too_early</c> (HTTP status 425); absent where none was sent.</summary>
        public string? EarlyData { get; init; }

        public string? SignatureScheme { get; init; }

        public string? Alpn { get; init; }

        public bool HelloRetryRequest { get; init; }

        public bool ClientCertificateRequested { get; init; }

        public bool ClientCertificate { get; init; }

        public bool? OcspStapled { get; init; }

        /// <summary>By which algorithm the server compressed its certificates; absent if it did not.</summary>
        public string? CertificateCompression { get; init; }

        public bool PreSharedKey { get; init; }

        public required string Success { get; init; }
    }

    /// <summary><c>endedByServer</c> of the <c>connections</c> were closed or reset by the server before their time.</summary>
    public sealed record HeldPart(long Connections, long EndedByServer);

    /// <summary>
    /// Completed handshakes: <c>full</c> ones that offered nothing, <c>resumed</c>, <c>resumedAfterRetry</c> of them after a HelloRetryRequest,
    /// and those <c>refused</c>, which offered a session and came out full. Beside the load, <c>primed</c> handshakes were made for their
    /// sessions alone, and <c>primingFailed</c>.
    /// </summary>
    public sealed record ResumptionPart(long Full, long Resumed, long ResumedAfterRetry, long Refused, long Primed, long PrimingFailed)
    {
        public EarlyDataPart? EarlyData { get; init; }
    }

    /// <summary>Completed handshakes that sent early data, by what the server did with it.</summary>
    public sealed record EarlyDataPart(long Accepted, long Rejected, long TooEarly);

    /// <summary>
    /// Of <c>count</c> handshakes that were stopped at a point, the server left the connections of <c>kept</c> open for as long as they were
    /// held, <c>closed</c> or <c>reset</c> others, after so long.
    /// </summary>
    public sealed record PartialPart(string StoppedAfter, long Count, long Kept, long Closed, long Reset, Distribution? EndedAfterMs);

    public sealed record FailurePart(string Kind, string Phase, string? Alert, string Side, string Target, long Count, string Example);

    public sealed record ThresholdPart(string Expression, double? Observed, bool Pass);

    /// <summary><c>lostAt</c> in seconds from the start of the load.</summary>
    public sealed record WorkerPart(string Id, string Host, BooksPart Books, double? LostAt);

    public sealed record GeneratorPart(
        double? CpuMicrosPerHandshake, Distribution? ScheduleLagMs, double GcPausePercent, bool Limited, IReadOnlyList<string> Reasons)
    {
        /// <summary>
        /// How long connections of a closed load rested after failures, all together, so as not to flood a server that refuses;
        /// absent if none did.
        /// </summary>
        public double? RestedSeconds { get; init; }
    }

    public sealed record TargetPart(string Name, BooksPart Books, LatencyPart LatencyMs, CertificatePart? Certificate)
    {
        /// <summary>The addresses that its name stands for, as far as they were tried.</summary>
        public required IReadOnlyList<AddressPart> Addresses { get; init; }
    }

    /// <summary>
    /// The handshakes with one address. <c>passedOver</c> is there only for an address that did not answer, so that another of the same
    /// name was tried: <c>count</c> times, for reasons such as the <c>example</c>.
    /// </summary>
    public sealed record AddressPart(string Address, BooksPart Books, Distribution? HandshakeMs, PassedOverPart? PassedOver);

    public sealed record PassedOverPart(long Count, string Example);

    public sealed record CertificatePart(string Subject, string Issuer, DateTimeOffset NotAfter, string KeyType);

    /// <summary><c>checks</c> is <c>full</c> or <c>lean</c>, <c>confirm</c> is <c>none</c>, <c>http</c> or <c>close</c>.</summary>
    public sealed record ProfilePart(string Name, BooksPart Books, LatencyPart LatencyMs)
    {
        /// <summary>The TLS client.</summary>
        public string? Engine { get; init; }

        /// <summary>What the engine that would make more load cannot do; absent where there is none.</summary>
        public string? EngineReason { get; init; }

        public required string Checks { get; init; }

        public required string Confirm { get; init; }

        /// <summary>The part of the handshakes that were to offer a session, 0 to 100; absent for a profile that offers none.</summary>
        public double? ResumePercent { get; init; }
    }

    /// <summary>One second; <c>t</c> is the whole seconds since the start of the load at which it begins.</summary>
    public sealed record IntervalPart(
        int T, long Scheduled, long Completed, long Failed, long Dropped, double? P50, double? P99, int Workers);
}

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
            Count(each => !each.Resumed && each.OfferedResumption),
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
