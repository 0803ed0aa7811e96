using LoadGen.Core.Runs;

namespace LoadGen.Web.Page;

/// <summary>What the charts of the live page draw: the last five minutes.</summary>
internal static class Curves
{
    private const int Window = 300;

    public static IReadOnlyList<Curve> Rate(IReadOnlyList<RunSecond> seconds) =>
    [
        Of("offered", "plan", seconds, second => second.OfferedPerSecond),
        Of("achieved", "first", seconds, second => second.Completed),
        Of("failed and dropped", "trouble", seconds, second => second.Failed + second.Dropped),
    ];

    public static IReadOnlyList<Curve> Response(IReadOnlyList<RunSecond> seconds) =>
    [
        Of("p50", "first", seconds, second => second.P50?.TotalMilliseconds),
        Of("p99", "second", seconds, second => second.P99?.TotalMilliseconds),
    ];

    /// <summary>The seconds of a run that has ended.</summary>
    public static IReadOnlyList<RunSecond> SecondsOf(RunResult result) =>
    [
        .. result.Intervals.TakeLast(Window).Select(each => new RunSecond(
            each.T, each.Scheduled, each.Completed, each.Failed, each.Dropped, TimeOf(each.P50), TimeOf(each.P99))),
    ];

    private static Curve Of(string name, string style, IReadOnlyList<RunSecond> seconds, Func<RunSecond, double?> value)
        => new(name, style, [.. seconds.TakeLast(Window).Select(second => (second.T, value(second)))]);

    private static TimeSpan? TimeOf(double? milliseconds) => milliseconds is { } time ? TimeSpan.FromMilliseconds(time) : null;
}

/// <summary>One line of a chart.</summary>
/// <param name="Name">What the legend calls it.</param>
/// <param name="Style">Its class in live.css.</param>
/// <param name="Points">Seconds since the start of the load, and values where there are any; in order.</param>
public sealed record Curve(string Name, string Style, IReadOnlyList<(int T, double? Value)> Points)
{
    public double? Latest => Points.Count > 0 ? Points[^1].Value : null;

    public IEnumerable<double> Values => Points.Select(point => point.Value).OfType<double>();
}
