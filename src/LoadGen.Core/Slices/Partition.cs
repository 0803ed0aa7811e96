using LoadGen.Core.Plans;

namespace LoadGen.Core.Slices;

/// <summary>Divides a plan among workers: disjoint slices whose union is the whole, arrival for arrival.</summary>
public static class Partition
{
    /// <summary>The number of arrivals that a closed load without a count may have: more than any run can reach.</summary>
    private const long Unbounded = long.MaxValue / 4;

    /// <summary>One slice for each of <paramref name="workers"/> workers.</summary>
    /// <param name="plan">What is divided.</param>
    /// <param name="workers">At least 1, and at most the plan's connections.</param>
    /// <param name="epoch">The number of this division, from 1.</param>
    public static IReadOnlyList<Slice> Divide(Plan plan, int workers, int epoch)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(workers);
        var (arrivals, connections) = plan.Load switch
        {
            Load.Open open => (open.Schedule.Count, plan.Limits.Connections),
            Load.Closed closed => (closed.Count ?? Unbounded, closed.Connections),
            _ => throw new ArgumentOutOfRangeException(nameof(plan)),
        };
        return [.. Enumerable.Range(0, workers).Select(worker =>
            new Slice(epoch, 0, arrivals, worker, workers, ShareOf(connections, worker, workers)))];
    }

    private static int ShareOf(int whole, int worker, int workers) => (whole / workers) + (worker < whole % workers ? 1 : 0);
}
