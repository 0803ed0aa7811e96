using System.Collections.Immutable;

namespace LoadGen.Core.Slices;

/// <summary>
/// One round of turns among those who share a division: how many it has, and whose they are. Made once for a division, so that
/// asking for every worker's part of it costs no more than the division is long.
/// </summary>
internal sealed class Round
{
    private readonly Dictionary<string, int> _places = new(StringComparer.Ordinal);
    private readonly int[] _weights;
    private readonly int[] _before;
    private ImmutableArray<int>[]? _turns;

    public Round(ImmutableArray<Share> shares)
    {
        Shares = shares;
        var divisor = shares.Select(share => share.Weight).Aggregate(GreatestCommonDivisor);
        _weights = [.. shares.Select(share => share.Weight / divisor)];
        _before = new int[shares.Length];
        for (var worker = 0; worker < shares.Length; worker++)
        {
            _places.TryAdd(shares[worker].WorkerId, worker);
            _before[worker] = Length;
            Length += _weights[worker];
        }
    }

    /// <summary>Who takes turns.</summary>
    public ImmutableArray<Share> Shares { get; }

    /// <summary>How many turns a round has.</summary>
    public int Length { get; }

    /// <summary>Whether a worker takes turns.</summary>
    public bool Has(string workerId) => _places.ContainsKey(workerId);

    /// <summary>The turns of one worker, ascending, and how many turns those before it in the order have together.</summary>
    /// <returns>Whether it takes any.</returns>
    public bool TryFind(string workerId, out ImmutableArray<int> turns, out int before)
    {
        var found = _places.TryGetValue(workerId, out var worker);
        turns = !found ? [] : Length == _weights.Length ? [worker] : (_turns ??= Deal())[worker];
        before = found ? _before[worker] : 0;
        return found;
    }

    // Each worker's turns are spread evenly over the round: its j-th of w turns would ideally stand at (j + 1/2) / w. Turns are
    // dealt in the order of those places.
    private ImmutableArray<int>[] Deal()
    {
        var turns = Array.ConvertAll(_weights, ImmutableArray.CreateBuilder<int>);
        var places = _weights.SelectMany((weight, who) => Enumerable.Range(0, weight).Select(j => (Place: (j + 0.5) / weight, Who: who)));
        var turn = 0;
        foreach (var (_, who) in places.Order())
        {
            turns[who].Add(turn++);
        }

        return Array.ConvertAll(turns, each => each.MoveToImmutable());
    }

    private static int GreatestCommonDivisor(int a, int b) => b == 0 ? a : GreatestCommonDivisor(b, a % b);
}
