using System.Collections.Immutable;

namespace LoadGen.Core.Runs;

/// <summary>
/// A change of the division that is under way: every worker under load has been asked to begin nothing from an arrival on, and
/// the new division begins once all have promised.
/// </summary>
/// <param name="From">Where the new division begins at the earliest.</param>
/// <param name="Asked">When they were asked, by the coordinator's monotonic clock.</param>
/// <param name="Due">When that arrival is due, from the start of the load.</param>
/// <param name="Awaited">Workers that have not promised yet.</param>
public sealed record Redivision(long From, TimeSpan Asked, TimeSpan Due, ImmutableHashSet<string> Awaited)
{
    /// <summary>Whether a worker has just ended that had not promised.</summary>
    public bool HasEnded { get; init; }

    /// <summary>The same when a worker is not under load any more.</summary>
    public Redivision Without(string workerId)
        => Awaited.Contains(workerId) ? this with { Awaited = Awaited.Remove(workerId), HasEnded = true } : this;
}
