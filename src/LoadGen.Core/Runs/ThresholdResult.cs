using LoadGen.Core.Plans;

namespace LoadGen.Core.Runs;

/// <summary>A threshold held against what was observed.</summary>
/// <param name="Threshold">The condition.</param>
/// <param name="Observed">In the unit of its bound; <see langword="null"/> when there was nothing to observe.</param>
/// <param name="Pass">Whether it held; without an observation it did not.</param>
public sealed record ThresholdResult(Threshold Threshold, double? Observed, bool Pass);
