namespace LoadGen.Core.Handshakes;

/// <summary>Why and where one handshake failed.</summary>
/// <param name="Kind">The kind, from a closed set.</param>
/// <param name="Phase">The phase that did not end.</param>
/// <param name="Side">Who is at fault, as far as the client can tell.</param>
/// <param name="Alert">
/// The IANA name of the alert sent or received, such as <c>handshake_failure</c>; <see langword="null"/> where none was.
/// </param>
/// <param name="Detail">One sentence for a person, kept as an example in the result; never a label of a metric.</param>
public sealed record Failure(FailureKind Kind, Phase Phase, FaultSide Side, string? Alert, string Detail);
