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
/// The arrival from which on nobody may begin any for now, because the work is about to be divided anew from there;
/// <see langword="null"/> while no change is under way.
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
