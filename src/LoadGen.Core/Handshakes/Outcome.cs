using System.Diagnostics.CodeAnalysis;
using LoadGen.Core.Plans;

namespace LoadGen.Core.Handshakes;

/// <summary>
/// How one handshake ended: completed, with what was negotiated, or failed, with why, or stopped where its profile says; and how long its
/// phases took. An expected failure is a value of this type, never an exception. There is no other way to make one, not even by default.
/// </summary>
public sealed record Outcome
{
    private Outcome(
        Negotiated? negotiated, Failure? failure, StopAfter stoppedAfter, TimeSpan elapsed, TimeSpan? handshake, in PhaseDurations phases, CertificateSummary? certificate, string? address, in WireCost wire)
    {
        Negotiated = negotiated;
        Failure = failure;
        StoppedAfter = stoppedAfter;
        Elapsed = elapsed;
        Handshake = handshake;
        Phases = phases;
        Certificate = certificate;
        Address = address;
        Wire = wire;
    }

    /// <summary>Whether the handshake reached what its profile calls success.</summary>
    [MemberNotNullWhen(true, nameof(Negotiated), nameof(Handshake))]
    public bool IsCompleted => Negotiated is not null;

    /// <summary>Whether it was stopped on purpose, and came to that point.</summary>
    public bool IsPartial => StoppedAfter != StopAfter.None;

    /// <summary>Where it was stopped on purpose; <see cref="StopAfter.None"/> if it completed or failed.</summary>
    public StopAfter StoppedAfter { get; }

    /// <summary>What was negotiated; <see langword="null"/> if it did not complete.</summary>
    public Negotiated? Negotiated { get; }

    /// <summary>Why it failed; <see langword="null"/> if it did not.</summary>
    public Failure? Failure { get; }

    /// <summary>From the start to success, or to the moment the failure was known; what follows, such as closing the connection, is not in it.</summary>
    public TimeSpan Elapsed { get; }

    /// <summary>From the first byte of ClientHello to success; <see langword="null"/> if it did not complete.</summary>
    public TimeSpan? Handshake { get; }

    /// <summary>The phases that ended, of failures too.</summary>
    public PhaseDurations Phases { get; }

    /// <summary>The certificate the server showed, where it came that far. One instance for each distinct chain.</summary>
    public CertificateSummary? Certificate { get; }

    /// <summary>
    /// The address that it was with, such as <c>127.0.0.1:443</c>; <see langword="null"/> where it did not come that far. One instance for
    /// each address.
    /// </summary>
    public string? Address { get; }

    /// <summary>What it cost on the network; nothing if it did not complete.</summary>
    public WireCost Wire { get; }

    /// <summary>Addresses of the same name that were tried before, in vain (RFC 8305); nearly always empty.</summary>
    public IReadOnlyList<PassedOver> PassedOver { get; init; } = [];

    /// <summary>A handshake that reached its profile's success.</summary>
    public static Outcome Completed(
        Negotiated negotiated,
        TimeSpan elapsed,
        TimeSpan handshake,
        in PhaseDurations phases,
        CertificateSummary? certificate,
        string? address = null,
        in WireCost wire = default)
    {
        ArgumentNullException.ThrowIfNull(negotiated);
        return new(negotiated, null, StopAfter.None, elapsed, handshake, phases, certificate, address, wire);
    }

    /// <summary>A handshake that came to the point where its profile stops it.</summary>
    public static Outcome Stopped(StopAfter after, TimeSpan elapsed, in PhaseDurations phases, CertificateSummary? certificate = null, string? address = null)
        => after != StopAfter.None ? new(null, null, after, elapsed, null, phases, certificate, address, default)
            : throw new ArgumentOutOfRangeException(nameof(after), after, null);

    /// <summary>A handshake that did not.</summary>
    public static Outcome Failed(Failure failure, TimeSpan elapsed, in PhaseDurations phases, CertificateSummary? certificate = null, string? address = null)
    {
        ArgumentNullException.ThrowIfNull(failure);
        return new(null, failure, StopAfter.None, elapsed, null, phases, certificate, address, default);
    }
}

/// <summary>Why and where one handshake failed.</summary>
/// <param name="Kind">The kind, from a closed set.</param>
/// <param name="Phase">The phase that did not end.</param>
/// <param name="Side">Who is at fault, as far as the client can tell.</param>
/// <param name="Alert">
/// The IANA name of the alert sent or received, such as <c>handshake_failure</c>; <see langword="null"/> where none was.
/// </param>
/// <param name="Detail">
/// One sentence for a person, kept as an example in the result, at most <see cref="BoundedText.Longest"/> characters of it;
/// never a label of a metric.
/// </param>
/// <exception cref="ArgumentOutOfRangeException">The kind, the phase or the side is none: such a failure could not be counted.</exception>
public sealed record Failure(FailureKind Kind, Phase Phase, FaultSide Side, string? Alert, string Detail)
{
    public FailureKind Kind { get; } = Enum.IsDefined(Kind) ? Kind : throw new ArgumentOutOfRangeException(nameof(Kind), Kind, null);

    public Phase Phase { get; } = Enum.IsDefined(Phase) ? Phase : throw new ArgumentOutOfRangeException(nameof(Phase), Phase, null);

    public FaultSide Side { get; } = Enum.IsDefined(Side) ? Side : throw new ArgumentOutOfRangeException(nameof(Side), Side, null);

    public string? Alert { get; } = Alert is null ? null : BoundedText.Of(Alert);

    public string Detail { get; } = BoundedText.Of(Detail);
}

/// <summary>An address that did not answer, so that the handshake went on with another of the same name.</summary>
/// <param name="Address">Such as <c>[::1]:443</c>.</param>
/// <param name="Kind">Why there was no connection.</param>
/// <param name="Detail">One sentence for a person.</param>
public sealed record PassedOver(string Address, FailureKind Kind, string Detail);

/// <summary>How the holding of a connection ended.</summary>
public enum HoldEnd
{
    /// <summary>It was open for as long as the profile says, or until the run was stopped.</summary>
    Kept,

    /// <summary>The server closed it before.</summary>
    Closed,

    /// <summary>The server reset it before.</summary>
    Reset,
}

/// <summary>A connection that was held open and is not any more.</summary>
/// <param name="End">How that ended.</param>
/// <param name="After">How long it was held.</param>
/// <param name="StoppedAfter">Where its handshake was stopped; <see cref="StopAfter.None"/> for a completed one.</param>
public readonly record struct HeldConnection(HoldEnd End, TimeSpan After, StopAfter StoppedAfter);
