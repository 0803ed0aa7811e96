namespace LoadGen.Core.Tallies;

/// <summary>How often failures of one key came, and an example for a person to read.</summary>
public sealed record FailureCount(long Count, string Example);
