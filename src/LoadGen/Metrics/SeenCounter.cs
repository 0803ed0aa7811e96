using Prometheus;

namespace LoadGen.Metrics;

/// <summary>
/// A counter whose labels show only during the run. After so many label sets, others are counted under one that stands for
/// several, so that no server can make a node expose series without end; sums stay exact.
/// </summary>
/// <param name="counter">The family.</param>
/// <param name="most">How many label sets there may be before the coarse ones.</param>
/// <param name="labelsOf">The labels of what is counted.</param>
/// <param name="coarseLabelsOf">The labels when there are too many; few different ones.</param>
internal sealed class SeenCounter<TKey>(Counter counter, int most, Func<TKey, string[]> labelsOf, Func<TKey, string[]> coarseLabelsOf)
    where TKey : notnull
{
    // Several keys may have the same labels.
    private readonly Dictionary<TKey, Counter.Child> _children = [];
    private readonly HashSet<Counter.Child> _different = [];

    /// <summary>Brings it to everything counted since the start of the run.</summary>
    public void BringTo(IEnumerable<KeyValuePair<TKey, long>> counted)
    {
        foreach (var child in counted.GroupBy(each => ChildOf(each.Key), each => each.Value))
        {
            child.Key.IncTo(child.Sum());
        }
    }

    private Counter.Child ChildOf(TKey key)
    {
        if (!_children.TryGetValue(key, out var child))
        {
            child = counter.WithLabels(_different.Count < most ? labelsOf(key) : coarseLabelsOf(key));
            _children[key] = child;
            _different.Add(child);
        }

        return child;
    }
}
