namespace LoadGen.Core.Plans.Reading;

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
