namespace LoadGen.Core.Plans;

/// <summary>
/// Which profile and which target an arrival has: a function of its index alone, so that every worker agrees without
/// talking. Profiles follow a fixed pattern that spreads each one evenly (smooth weighted round robin): over any whole
/// number of patterns the mix is exact. Targets take turns.
/// </summary>
public sealed class ArrivalMix
{
    private readonly int[] _pattern;
    private readonly int _targets;

    /// <param name="weights">One positive weight a profile.</param>
    /// <param name="targets">The number of targets, at least one.</param>
    public ArrivalMix(IReadOnlyList<int> weights, int targets)
    {
        ArgumentOutOfRangeException.ThrowIfZero(weights.Count);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(targets);
        _pattern = Spread(weights);
        _targets = targets;
    }

    /// <summary>The profile of arrival <paramref name="n"/>.</summary>
    public int ProfileOf(long n) => _pattern[n % _pattern.Length];

    /// <summary>
    /// The target of arrival <paramref name="n"/>. The turn moves on by one from pattern to pattern, so that each target
    /// meets each profile whatever the two counts have in common.
    /// </summary>
    public int TargetOf(long n) => (int)(((n % _pattern.Length) + (n / _pattern.Length)) % _targets);

    // Smooth weighted round robin: each step every profile gains its weight, and the richest pays the total.
    private static int[] Spread(IReadOnlyList<int> weights)
    {
        var divisor = weights.Aggregate(GreatestCommonDivisor);
        var total = weights.Sum() / divisor;
        var pattern = new int[total];
        var credit = new int[weights.Count];
        for (var step = 0; step < total; step++)
        {
            var richest = 0;
            for (var i = 0; i < credit.Length; i++)
            {
                credit[i] += weights[i] / divisor;
                if (credit[i] > credit[richest])
                {
                    richest = i;
                }
            }

            credit[richest] -= total;
            pattern[step] = richest;
        }

        return pattern;
    }

    private static int GreatestCommonDivisor(int a, int b)
    {
        while (b != 0)
        {
            (a, b) = (b, a % b);
        }

        return a;
    }
}
