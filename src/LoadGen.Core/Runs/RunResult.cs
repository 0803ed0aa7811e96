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
