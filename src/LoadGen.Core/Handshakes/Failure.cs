namespace LoadGen.Core.Handshakes;

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
