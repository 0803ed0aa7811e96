namespace LoadGen.Core.Plans.Reading;

/// <summary>Collects what is wrong.</summary>
internal sealed class ProblemList
{
    private readonly List<(Place Place, PlanProblem Problem)> _problems = [];

    public bool IsEmpty => _problems.Count == 0;

    public int Count => _problems.Count;

    public void Add(Place place, string message, string remedy)
        => _problems.Add((place, new PlanProblem(place.ToString(), message, remedy)));

    /// <summary>Those of the file by line and column, then those of the flags; otherwise in the order of adding.</summary>
    public IReadOnlyList<PlanProblem> InOrder()
        => [.. _problems
            .OrderBy(entry => entry.Place.IsFlag)
            .ThenBy(entry => entry.Place.Line)
            .ThenBy(entry => entry.Place.Column)
            .Select(entry => entry.Problem)];
}

/// <summary>The names of one kind of thing, each given once.</summary>
internal sealed class UniqueNames(ValueReader values, string what)
{
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);

    /// <summary>A name not read before; <see langword="null"/> if it is absent or was reported.</summary>
    public string? Read(Written? written)
    {
        if (values.Label(written, $"a {what}'s name") is not { } name)
        {
            return null;
        }

        if (!_names.Add(name))
        {
            values.Problems.Add(written!.Place, $"a second {what} is named \"{name}\"", $"give every {what} its own name");
            return null;
        }

        if (_names.Count == PlanRules.MostNames + 1)
        {
            values.Problems.Add(written!.Place, $"more than {PlanRules.MostNames} {what}s", "each is a label of every metric; use fewer");
        }

        return name;
    }
}
