using System.Diagnostics.CodeAnalysis;

namespace LoadGen.Core.Handshakes;

/// <summary>
/// How one handshake ended: completed, with what was negotiated, or failed, with why; and how long its phases took.
/// An expected failure is a value of this type, never an exception. There is no third way to make one, not even by default.
/// </summary>
public sealed record Outcome
{
    private Outcome(
        Negotiated? negotiated, Failure? failure, TimeSpan elapsed, TimeSpan? handshake, in PhaseDurations phases, CertificateSummary? certificate)
    {
        Negotiated = negotiated;
        Failure = failure;
        Elapsed = elapsed;
        Handshake = handshake;
        Phases = phases;
        Certificate = certificate;
    }

    /// <summary>Whether the handshake reached what its profile calls success.</summary>
    [MemberNotNullWhen(true, nameof(Negotiated), nameof(Handshake))]
    [MemberNotNullWhen(false, nameof(Failure))]
    public bool IsCompleted => Failure is null;

    /// <summary>What was negotiated; <see langword="null"/> for a failure.</summary>
    public Negotiated? Negotiated { get; }

    /// <summary>Why it failed; <see langword="null"/> for a completed handshake.</summary>
    public Failure? Failure { get; }

    /// <summary>From the start to the moment the outcome was known; what follows, such as closing the connection, is not in it.</summary>
    public TimeSpan Elapsed { get; }

    /// <summary>From the first byte of ClientHello to success; <see langword="null"/> for a failure.</summary>
    public TimeSpan? Handshake { get; }

    /// <summary>The phases that ended, of failures too.</summary>
    public PhaseDurations Phases { get; }

    /// <summary>The certificate the server showed, where it came that far. One instance for each distinct chain.</summary>
    public CertificateSummary? Certificate { get; }

    /// <summary>A handshake that reached its profile's success.</summary>
    public static Outcome Completed(
        Negotiated negotiated, TimeSpan elapsed, TimeSpan handshake, in PhaseDurations phases, CertificateSummary? certificate)
    {
        ArgumentNullException.ThrowIfNull(negotiated);
        return new(negotiated, null, elapsed, handshake, phases, certificate);
    }

    /// <summary>A handshake that did not.</summary>
    public static Outcome Failed(Failure failure, TimeSpan elapsed, in PhaseDurations phases, CertificateSummary? certificate = null)
    {
        ArgumentNullException.ThrowIfNull(failure);
        return new(null, failure, elapsed, null, phases, certificate);
    }
}
