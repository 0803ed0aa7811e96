using LoadGen.Core.Handshakes;

namespace LoadGen.Core.Tallies;

/// <summary>What failures are counted by.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="Phase">The phase that did not end.</param>
/// <param name="Alert">The alert, if there was one.</param>
/// <param name="Side">Who is at fault.</param>
/// <param name="Target">Index into the plan's targets.</param>
public readonly record struct FailureKey(FailureKind Kind, Phase Phase, string? Alert, FaultSide Side, int Target);
