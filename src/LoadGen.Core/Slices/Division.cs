using System.Collections.Immutable;

namespace LoadGen.Core.Slices;

/// <summary>One worker's part in a division: its weight among the others.</summary>
/// <param name="WorkerId">The worker.</param>
/// <param name="Weight">At least 1; a worker of weight 2 gets twice the arrivals of one of weight 1.</param>
public readonly record struct Share(string WorkerId, int Weight);

/// <summary>How the work is divided from one arrival on: who takes part. Slices follow from it alone, for every worker.</summary>
/// <param name="Epoch">Its number, from 1.</param>
/// <param name="From">The first arrival that is divided so.</param>
/// <param name="Shares">Who takes part, in the order of their turns; at least one.</param>
public sealed record Division(int Epoch, long From, ImmutableArray<Share> Shares)
{
    /// <summary>Whether a worker takes part.</summary>
    public bool Has(string workerId) => Round.Has(workerId);

    // Follows from the shares, but is asked for far more often than they change.
    internal Round Round => field is { } known && known.Shares == Shares ? known : field = new Round(Shares);

    public bool Equals(Division? other) => other is not null && Epoch == other.Epoch && From == other.From && Shares.SequenceEqual(other.Shares);

    public override int GetHashCode() => HashCode.Combine(Epoch, From, Shares.Length);
}
