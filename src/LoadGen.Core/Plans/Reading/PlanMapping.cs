namespace LoadGen.Core.Plans.Reading;

/// <summary>
/// A mapping of the plan with the keys it may have. Making one reports unknown and repeated keys; asking it for a value
/// reports a value of the wrong kind.
/// </summary>
internal sealed class PlanMapping
{
    private readonly Dictionary<string, PlanNode> _values = new(StringComparer.Ordinal);
    private readonly string _what;
    private readonly ProblemList _problems;

    /// <param name="node">The mapping; without entries if the section was left out.</param>
    /// <param name="what">What messages call it, such as <c>a target</c>.</param>
    /// <param name="keys">The keys it may have.</param>
    /// <param name="problems">Where problems go.</param>
    public PlanMapping(PlanNode.Mapping node, string what, IReadOnlyList<string> keys, ProblemList problems)
    {
        Place = node.Place;
        _what = what;
        _problems = problems;
        foreach (var (key, value) in node.Entries)
        {
            if (!keys.Contains(key.Text))
            {
                problems.Add(key.Place, $"{what} has no key {Written.Quote(key.Text)}", DidYouMean.Remedy(key.Text, keys));
            }
            else if (!_values.TryAdd(key.Text, value))
            {
                problems.Add(key.Place, $"\"{key.Text}\" is written twice", "keep one of them");
            }
        }
    }

    public Place Place { get; }

    /// <summary>The node of a key; <see langword="null"/> if it is absent.</summary>
    public PlanNode? Node(string key) => _values.GetValueOrDefault(key);

    /// <summary>A single value; <see langword="null"/> if it is absent or of the wrong kind.</summary>
    public Written? Scalar(string key) => Node(key) is { } node ? ScalarOf(node, $"\"{key}\"", _problems) : null;

    /// <summary>A single value that must be there; absence is a problem.</summary>
    public Written? Required(string key, string example)
    {
        if (Node(key) is null)
        {
            _problems.Add(Place, $"{_what} has no \"{key}\"", $"add {key}: {example}");
        }

        return Scalar(key);
    }

    /// <summary>A value or a list of values; <see langword="null"/> if it is absent or has any of the wrong kind.</summary>
    public IReadOnlyList<Written>? Scalars(string key) => Node(key) switch
    {
        null => null,
        PlanNode.Sequence { Items.Count: 0 } empty => Refuse(empty),
        PlanNode.Sequence list => AllOf([.. list.Items.Select(item => ScalarOf(item, $"an entry of \"{key}\"", _problems))]),
        var node => AllOf([ScalarOf(node, $"\"{key}\"", _problems)]),
    };

    /// <summary>A list of mappings, none of them of another kind; <see langword="null"/> if the key is absent.</summary>
    public IReadOnlyList<PlanMapping>? Mappings(string key, string what, IReadOnlyList<string> keys)
    {
        if (Node(key) is not { } node)
        {
            return null;
        }

        if (node is not PlanNode.Sequence { Items.Count: > 0 } list)
        {
            _problems.Add(node.Place, $"\"{key}\" is {(node is PlanNode.Sequence ? "an empty list" : node.Kind)}", $"write a list, each entry beginning with \"-\"");
            return [];
        }

        return [.. list.Items.Select(item => MappingOf(item, what, keys, _problems)).OfType<PlanMapping>()];
    }

    /// <summary>The mapping that a node must be; <see langword="null"/>, and a problem, if it is not.</summary>
    public static PlanMapping? MappingOf(PlanNode node, string what, IReadOnlyList<string> keys, ProblemList problems)
    {
        if (node is PlanNode.Mapping mapping)
        {
            return new PlanMapping(mapping, what, keys, problems);
        }

        problems.Add(node.Place, $"{what} is {node.Kind}", $"write keys and values; allowed are {string.Join(", ", keys)}");
        return null;
    }

    private static Written? ScalarOf(PlanNode node, string what, ProblemList problems)
    {
        if (node is PlanNode.Scalar { IsMissing: false } scalar)
        {
            return new Written(scalar.Text, scalar.Place);
        }

        problems.Add(node.Place, $"{what} is {node.Kind}", "write a single value");
        return null;
    }

    private static IReadOnlyList<Written>? AllOf(Written?[] values) => values.Contains(null) ? null : [.. values.OfType<Written>()];

    private IReadOnlyList<Written>? Refuse(PlanNode.Sequence empty)
    {
        _problems.Add(empty.Place, "an empty list", "name at least one, or leave the key out");
        return null;
    }
}
