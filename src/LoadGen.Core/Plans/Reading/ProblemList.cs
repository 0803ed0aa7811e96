namespace LoadGen.Core.Plans.Reading;

/// <summary>Collects what is wrong.</summary>
internal sealed class ProblemList
{
    /// <summary>Enough to correct a plan by; one that is handed over may have a million wrong values.</summary>
    private const int MostKept = 100;

    private readonly List<(Place Place, PlanProblem Problem)> _problems = [];

    public bool IsEmpty => _problems.Count == 0;

    /// <summary>How many there were, kept or not.</summary>
    public int Count { get; private set; }

    public void Add(Place place, string message, string remedy)
    {
        Count++;
        if (_problems.Count < MostKept)
        {
            _problems.Add((place, new PlanProblem(place.ToString(), message, remedy)));
        }
    }

    /// <summary>Those of the file by line and column, then those of the flags; otherwise in the order of adding.</summary>
    public IReadOnlyList<PlanProblem> InOrder()
        => [.. _problems
            .OrderBy(entry => entry.Place.IsFlag)
            .ThenBy(entry => entry.Place.Line)
            .ThenBy(entry => entry.Place.Column)
            .Select(entry => entry.Problem)];
}
