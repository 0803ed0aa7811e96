namespace LoadGen.Core.Plans.Reading;

/// <summary>A mapping of the plan with the keys it may have.</summary>
internal sealed class PlanMapping
{
    private readonly Dictionary<string, PlanNode> _values = new(StringComparer.Ordinal);

    private PlanMapping(Place place) => Place = place;

    public Place Place { get; }

    /// <summary>The mapping that a node must be; unknown and repeated keys are reported. <see langword="null"/>, and one problem, if it is none.</summary>
    /// <param name="node">The node.</param>
    /// <param name="what">What messages call it, such as <c>a target</c>.</param>
    /// <param name="keys">The keys it may have.</param>
    /// <param name="problems">Where problems go.</param>
    public static PlanMapping? Of(PlanNode node, string what, IReadOnlyList<string> keys, ProblemList problems)
    {
        if (node is not PlanNode.Mapping entries)
        {
            problems.Add(node.Place, $"{what} is {node.Kind}", $"write keys and values; expected {DidYouMean.OneOf(keys)}");
            return null;
        }

        var mapping = new PlanMapping(node.Place);
        foreach (var (key, value) in entries.Entries)
        {
            if (!keys.Contains(key.Text))
            {
                problems.Add(key.Place, $"{what} has no key {Written.Quote(key.Text)}", DidYouMean.Remedy(key.Text, keys));
            }
            else if (!mapping._values.TryAdd(key.Text, value))
            {
                problems.Add(key.Place, $"\"{key.Text}\" is written twice", "keep one of them");
            }
        }

        return mapping;
    }

    /// <summary>The node of a key; <see langword="null"/> if it is absent.</summary>
    public PlanNode? Node(string key) => _values.GetValueOrDefault(key);
}
