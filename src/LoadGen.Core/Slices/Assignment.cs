using System.Collections.Immutable;
using LoadGen.Core.Plans;

namespace LoadGen.Core.Slices;

/// <summary>
/// Who runs which arrivals, in every epoch so far. The same for all workers: each finds its own slices in it. A later version
/// replaces an earlier one as a whole, so a message that was lost, repeated or late changes nothing.
/// </summary>
/// <param name="Version">Rises with every change within a term, from 1.</param>
/// <param name="Divisions">One for each epoch, in order; at least one.</param>
/// <param name="CutAt">
/// The arrival from which on no worker may begin any for now, because the work is about to be divided anew from there;
/// <see langword="null"/> while no change is in progress.
/// </param>
public sealed record Assignment(int Version, ImmutableArray<Division> Divisions, long? CutAt = null)
{
    /// <summary>Which coordinator made it: what one that took over assigns replaces anything from before.</summary>
    public int Term { get; init; } = 1;

    /// <summary>Whether it replaces another.</summary>
    public bool IsAfter(Assignment other) => (Term, Version).CompareTo((other.Term, other.Version)) > 0;

    /// <summary>The number of the present division.</summary>
    public int Epoch => Divisions[^1].Epoch;

    /// <summary>Whether a worker takes part in the present division.</summary>
    public bool IsMember(string workerId) => Divisions[^1].Has(workerId);

    /// <summary>The slices of one worker, in order. Those of an open load follow each other; a closed load has one, the present one.</summary>
    /// <param name="plan">What is divided.</param>
    /// <param name="workerId">The worker.</param>
    /// <param name="before">Leaves out this arrival and those after it.</param>
    public IReadOnlyList<Slice> SlicesOf(Plan plan, string workerId, long before = long.MaxValue)
    {
        if (plan.Load is Load.Closed closed)
        {
            return Partition.SliceOf(closed, Divisions, workerId) is { } present ? [present] : [];
        }

        var slices = new List<Slice>();
        for (var i = 0; i < Divisions.Length; i++)
        {
            var to = i + 1 < Divisions.Length ? Divisions[i + 1].From : CutAt ?? long.MaxValue;
            if (Partition.SliceOf(plan, Divisions[i], workerId, Math.Min(to, before)) is { } slice)
            {
                slices.Add(slice);
            }
        }

        return slices;
    }

    /// <summary>How many arrivals before <paramref name="before"/> were given to one worker, in all epochs.</summary>
    public long GivenTo(Plan plan, string workerId, long before = long.MaxValue) => SlicesOf(plan, workerId, before).Sum(slice => slice.Count);
}

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
