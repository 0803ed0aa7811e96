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

    public BuiltInTargetCounts? BuiltInTarget { get; init; }

    public required IReadOnlyList<IntervalPart> Intervals { get; init; }

    /// <summary>The run itself and its verdict.</summary>
    public sealed record RunPart(
        string Id, string Name, DateTimeOffset StartedAt, double DurationSeconds, string Engine, string Verdict, IReadOnlyList<string> Reasons);

    /// <summary>scheduled = completed + failed + dropped + lost.</summary>
    public sealed record BooksPart(long Scheduled, long Completed, long Failed, long Dropped, long Lost);

    /// <summary>Over the whole duration.</summary>
    public sealed record RatePart(double ScheduledPerSecond, double CompletedPerSecond);

    /// <summary>Distributions of completed handshakes.</summary>
    public sealed record LatencyPart(Distribution? Response, Distribution? Handshake, IReadOnlyDictionary<string, Distribution>? Phases);

    /// <summary>A distribution in milliseconds; <c>saturated</c> is there only if values above 60 s were.</summary>
    public sealed record Distribution(
        long Count, double Min, double Mean, double P50, double P90, double P95, double P99, double P999, double Max, long? Saturated);

    public sealed record NegotiatedPart(string TlsVersion, string CipherSuite, string? Group, bool Resumed, long Count);

    public sealed record FailurePart(string Kind, string Phase, string? Alert, string Side, string Target, long Count, string Example);

    public sealed record ThresholdPart(string Expression, double? Observed, bool Pass);

    /// <summary><c>lostAt</c> in seconds from the start of the load.</summary>
    public sealed record WorkerPart(string Id, string Host, BooksPart Books, double? LostAt);

    public sealed record GeneratorPart(
        double? CpuMicrosPerHandshake, Distribution? ScheduleLagMs, double GcPausePercent, bool Limited, IReadOnlyList<string> Reasons);

    public sealed record TargetPart(string Name, BooksPart Books, LatencyPart LatencyMs, CertificatePart? Certificate);

    public sealed record CertificatePart(string Subject, string Issuer, DateTimeOffset NotAfter, string KeyType);

    public sealed record ProfilePart(string Name, BooksPart Books, LatencyPart LatencyMs);

    /// <summary>One second; <c>t</c> is the whole seconds since the start of the load at which it begins.</summary>
    public sealed record IntervalPart(
        int T, long Scheduled, long Completed, long Failed, long Dropped, double? P50, double? P99, int Workers);
}
