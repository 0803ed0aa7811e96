using LoadGen.Core.Handshakes;

namespace LoadGen.Core.Tallies;

/// <summary>One outcome with its times, all from the run's start. Immutable, so that it can be a message between actors.</summary>
/// <param name="Arrival">The index in the schedule.</param>
/// <param name="Target">Index into the plan's targets.</param>
/// <param name="Profile">Index into the plan's profiles.</param>
/// <param name="Planned">When it was due. In a closed load, when its connection became free.</param>
/// <param name="Started">When its connection began.</param>
/// <param name="Ended">When its outcome was known.</param>
/// <param name="Outcome">What became of it.</param>
public sealed record Sample(long Arrival, int Target, int Profile, TimeSpan Planned, TimeSpan Started, TimeSpan Ended, Outcome Outcome)
{
    /// <summary>From the planned time to the end: what a waiting client feels, without coordinated omission.</summary>
    public TimeSpan Response => Ended - Planned;

    /// <summary>How late it started: the generator's part of <see cref="Response"/>.</summary>
    public TimeSpan Lag => Started - Planned;
}

/// <summary>What failures are counted by.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="Phase">The phase that did not end.</param>
/// <param name="Alert">The alert, if there was one.</param>
/// <param name="Side">Who is at fault.</param>
/// <param name="Target">Index into the plan's targets.</param>
public readonly record struct FailureKey(FailureKind Kind, Phase Phase, string? Alert, FaultSide Side, int Target);

/// <summary>How often failures of one key came, and an example for a person to read.</summary>
public sealed record FailureCount(long Count, string Example);
