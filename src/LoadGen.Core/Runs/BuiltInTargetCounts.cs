namespace LoadGen.Core.Runs;

/// <summary>What the built-in target counted itself, to hold against the generator's books.</summary>
public sealed record BuiltInTargetCounts(long Full, long Resumed, long Failed);
