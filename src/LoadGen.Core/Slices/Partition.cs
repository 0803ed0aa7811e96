using System.Collections.Immutable;
using LoadGen.Core.Plans;

namespace LoadGen.Core.Slices;

/// <summary>Divides a plan among workers: disjoint slices whose union is the whole, arrival for arrival.</summary>
public static class Partition
{
    /// <summary>
    /// A closed load without a count numbers its arrivals as they come: each epoch has a range of numbers of its own, larger
    /// than any run can use.
    /// </summary>
    private const long NumbersOfEpoch = 1L << 44;

    /// <summary>How many connections a plan allows in all: no more workers than that can take part.</summary>
    public static int ConnectionsOf(Plan plan) => plan.Load is Load.Closed closed ? closed.Connections : plan.Limits.Connections;

    /// <summary>The slice of one worker in one division of an open load; <see langword="null"/> if it takes no part.</summary>
    /// <param name="plan">What is divided.</param>
    /// <param name="division">Who takes part, and from where.</param>
    /// <param name="workerId">The worker.</param>
    /// <param name="to">The first arrival that is not divided so.</param>
    public static Slice? SliceOf(Plan plan, Division division, string workerId, long to = long.MaxValue)
    {
        var open = (Load.Open)plan.Load;
        return SliceOf(division, workerId, division.From, Math.Min(to, open.Schedule.Count), plan.Limits.Connections);
    }

    /// <summary>
    /// The slice of one worker of a closed load: its connections follow from the present division. Where a count bounds the
    /// load, that was divided once, at the start.
    /// </summary>
    public static Slice? SliceOf(Load.Closed closed, ImmutableArray<Division> divisions, string workerId)
    {
        var present = divisions[^1];
        if (closed.Count is not { } count)
        {
            var from = (present.Epoch - 1) * NumbersOfEpoch;
            return SliceOf(present, workerId, from, from + NumbersOfEpoch, closed.Connections);
        }

        return SliceOf(divisions[0], workerId, 0, count, closed.Connections) is { } slice
            ? slice with { Connections = SliceOf(present, workerId, 0, count, closed.Connections)?.Connections ?? 0 }
            : null;
    }

    private static Slice? SliceOf(Division division, string workerId, long from, long to, int connections)
    {
        if (!division.Round.TryFind(workerId, out var turns))
        {
            return null;
        }

        var round = division.Round.Length;
        return new Slice(division.Epoch, from, to, turns, round, division.Round.ConnectionsOf(workerId, connections));
    }
}
