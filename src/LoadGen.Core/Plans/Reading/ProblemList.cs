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
