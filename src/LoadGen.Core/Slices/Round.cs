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
    private (int Whole, int[] Parts)? _connections;

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

    /// <summary>The turns of one worker, ascending.</summary>
    /// <returns>Whether it takes any.</returns>
    public bool TryFind(string workerId, out ImmutableArray<int> turns)
    {
        var found = _places.TryGetValue(workerId, out var worker);
        turns = !found ? [] : Length == _weights.Length ? [worker] : (_turns ??= Deal())[worker];
        return found;
    }

    /// <summary>How many of all connections one worker may have open.</summary>
    public int ConnectionsOf(string workerId, int connections)
    {
        if (_connections is not { } known || known.Whole != connections)
        {
            _connections = known = (connections, Divide(connections));
        }

        return _places.TryGetValue(workerId, out var worker) ? known.Parts[worker] : 0;
    }

    // By weight, and adding up to the whole; but every worker with turns has a connection to begin them with, however small its weight,
    // while there are enough: the largest parts give.
    private int[] Divide(int whole)
    {
        var parts = new int[_weights.Length];
        for (var worker = 0; worker < parts.Length; worker++)
        {
            parts[worker] = RoundedUp(whole, _before[worker] + _weights[worker]) - RoundedUp(whole, _before[worker]);
        }

        for (var empty = Array.IndexOf(parts, 0); empty >= 0 && whole >= parts.Length; empty = Array.IndexOf(parts, 0))
        {
            parts[Array.IndexOf(parts, parts.Max())]--;
            parts[empty]++;
        }

        return parts;
    }

    private int RoundedUp(int whole, int part) => (int)((((long)whole * part) + Length - 1) / Length);

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
