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

    public required IReadOnlyList<NegotiatedPart> Negotiated { get; init; }

    public required IReadOnlyList<FailurePart> Failures { get; init; }

    public required IReadOnlyList<ThresholdPart> Thresholds { get; init; }

    public required IReadOnlyList<WorkerPart> Workers { get; init; }

    public required GeneratorPart Generator { get; init; }

    public required IReadOnlyList<TargetPart> Targets { get; init; }

    public required IReadOnlyList<ProfilePart> Profiles { get; init; }

    /// <summary>Connections that were held open after their handshakes; absent if no profile holds any.</summary>
    public HeldPart? Held { get; init; }

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

    /// <summary>scheduled = completed + failed + dropped + lost.</summary>
    public sealed record BooksPart(long Scheduled, long Completed, long Failed, long Dropped, long Lost)
    {
        public static BooksPart Of(Books books) => new(books.Scheduled, books.Completed, books.Failed, books.Dropped, books.Lost);
    }

    /// <summary>Over the whole duration.</summary>
    public sealed record RatePart(double ScheduledPerSecond, double CompletedPerSecond);

    /// <summary>Distributions of completed handshakes.</summary>
    public sealed record LatencyPart(Distribution? Response, Distribution? Handshake, IReadOnlyDictionary<string, Distribution>? Phases);

    /// <summary>A distribution in milliseconds; <c>saturated</c> is there only if values above 60 s were.</summary>
    public sealed record Distribution(
        long Count, double Min, double Mean, double P50, double P90, double P95, double P99, double P999, double Max, long? Saturated);

    /// <summary>
    /// What was negotiated. <c>success</c> is <c>server_confirmed</c> if the server answered after our Finished, else
    /// <c>client_finished</c>: it may yet have refused us. <c>ocspStapled</c> is there only if it was asked for.
    /// </summary>
    public sealed record NegotiatedPart(string TlsVersion, string CipherSuite, string? Group, bool Resumed, long Count)
    {
        public string? SignatureScheme { get; init; }

        public string? Alpn { get; init; }

        public bool HelloRetryRequest { get; init; }

        public bool ClientCertificate { get; init; }

        public bool? OcspStapled { get; init; }

        public bool PreSharedKey { get; init; }

        public required string Success { get; init; }
    }

    /// <summary><c>endedByServer</c> of the <c>connections</c> were closed or reset by the server before their time.</summary>
    public sealed record HeldPart(long Connections, long EndedByServer);

    public sealed record FailurePart(string Kind, string Phase, string? Alert, string Side, string Target, long Count, string Example);

    public sealed record ThresholdPart(string Expression, double? Observed, bool Pass);

    /// <summary><c>lostAt</c> in seconds from the start of the load.</summary>
    public sealed record WorkerPart(string Id, string Host, BooksPart Books, double? LostAt);

    public sealed record GeneratorPart(
        double? CpuMicrosPerHandshake, Distribution? ScheduleLagMs, double GcPausePercent, bool Limited, IReadOnlyList<string> Reasons);

    public sealed record TargetPart(string Name, BooksPart Books, LatencyPart LatencyMs, CertificatePart? Certificate);

    public sealed record CertificatePart(string Subject, string Issuer, DateTimeOffset NotAfter, string KeyType);

    /// <summary><c>checks</c> is <c>full</c> or <c>lean</c>, <c>confirm</c> is <c>none</c>, <c>http</c> or <c>close</c>.</summary>
    public sealed record ProfilePart(string Name, BooksPart Books, LatencyPart LatencyMs)
    {
        public required string Checks { get; init; }

        public required string Confirm { get; init; }

        /// <summary>The part of the handshakes that were to offer a session, 0 to 100; absent for a profile that offers none.</summary>
        public double? ResumePercent { get; init; }
    }

    /// <summary>One second; <c>t</c> is the whole seconds since the start of the load at which it begins.</summary>
    public sealed record IntervalPart(
        int T, long Scheduled, long Completed, long Failed, long Dropped, double? P50, double? P99, int Workers);
}
