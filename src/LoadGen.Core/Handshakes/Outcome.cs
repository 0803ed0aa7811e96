using System.Diagnostics.CodeAnalysis;

namespace LoadGen.Core.Handshakes;

/// <summary>
/// How one handshake ended: completed, with what was negotiated, or failed, with why; and how long its phases took.
/// An expected failure is a value of this type, never an exception. There is no third way to make one, not even by default.
/// </summary>
public sealed record Outcome
{
    private Outcome(
        Negotiated? negotiated, Failure? failure, TimeSpan elapsed, TimeSpan? handshake, in PhaseDurations phases, CertificateSummary? certificate, string? address, in WireCost wire)
    {
        Negotiated = negotiated;
        Failure = failure;
        Elapsed = elapsed;
        Handshake = handshake;
        Phases = phases;
        Certificate = certificate;
        Address = address;
        Wire = wire;
    }

    /// <summary>Whether the handshake reached what its profile calls success.</summary>
    [MemberNotNullWhen(true, nameof(Negotiated), nameof(Handshake))]
    [MemberNotNullWhen(false, nameof(Failure))]
    public bool IsCompleted => Failure is null;

    /// <summary>What was negotiated; <see langword="null"/> for a failure.</summary>
    public Negotiated? Negotiated { get; }

    /// <summary>Why it failed; <see langword="null"/> for a completed handshake.</summary>
    public Failure? Failure { get; }

    /// <summary>From the start to success, or to the moment the failure was known; what follows, such as closing the connection, is not in it.</summary>
    public TimeSpan Elapsed { get; }

    /// <summary>From the first byte of ClientHello to success; <see langword="null"/> for a failure.</summary>
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

    /// <summary>What it cost on the network; of a failure nothing.</summary>
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
        return new(negotiated, null, elapsed, handshake, phases, certificate, address, wire);
    }

    /// <summary>A handshake that did not.</summary>
    public static Outcome Failed(Failure failure, TimeSpan elapsed, in PhaseDurations phases, CertificateSummary? certificate = null, string? address = null)
    {
        ArgumentNullException.ThrowIfNull(failure);
        return new(null, failure, elapsed, null, phases, certificate, address, default);
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

    /// <summary>The server closed or reset it before.</summary>
    EndedByServer,
}
