namespace LoadGen.Core.Runs;

/// <summary>One second of a run that is under way.</summary>
/// <param name="T">The whole seconds since the start of the load at which it begins.</param>
/// <param name="OfferedPerSecond">The plan's rate in the middle of it; <see langword="null"/> for a closed load.</param>
/// <param name="Completed">Handshakes completed in it.</param>
/// <param name="Failed">Handshakes failed in it.</param>
/// <param name="Dropped">Arrivals planned in it that found no free connection.</param>
/// <param name="P50">The median response time of what completed in it.</param>
/// <param name="P99">The 99th percentile of the same.</param>
public sealed record RunSecond(int T, double? OfferedPerSecond, long Completed, long Failed, long Dropped, TimeSpan? P50, TimeSpan? P99);
