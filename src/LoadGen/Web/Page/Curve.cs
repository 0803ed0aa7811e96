namespace LoadGen.Web.Page;

/// <summary>One line of a chart.</summary>
/// <param name="Name">What the legend calls it.</param>
/// <param name="Style">Its class in live.css.</param>
/// <param name="Points">Seconds since the start of the load, and values where there are any; in order.</param>
public sealed record Curve(string Name, string Style, IReadOnlyList<(int T, double? Value)> Points)
{
    public double? Latest => Points.Count > 0 ? Points[^1].Value : null;

    public IEnumerable<double> Values => Points.Select(point => point.Value).OfType<double>();
}
