using System.Text;
using LoadGen.Core.Runs;

namespace LoadGen.Live;

/// <summary>The latest seconds of a run, as many as a wide terminal shows.</summary>
internal sealed class ProgressHistory
{
    private const int Most = 400;

    private readonly Queue<RunSecond> _seconds = new();

    /// <summary>Handshakes completed in each second.</summary>
    public IReadOnlyList<double?> Completed => [.. _seconds.Select(second => (double?)second.Completed)];

    /// <summary>The 99th percentile of the response time in each second, in milliseconds; none where nothing completed.</summary>
    public IReadOnlyList<double?> P99 => [.. _seconds.Select(second => second.P99?.TotalMilliseconds)];

    /// <summary>Keeps the last second of a view, once.</summary>
    public void Add(RunProgress progress)
    {
        if (progress.LastSecond is not { } second || (_seconds.Count > 0 && _seconds.Last().T >= second.T))
        {
            return;
        }

        if (_seconds.Count == Most)
        {
            _seconds.Dequeue();
        }

        _seconds.Enqueue(second);
    }
}

/// <summary>A row of figures as a row of bars, one character each, from zero to the highest.</summary>
internal static class Sparkline
{
    private const string Bars = "▁▂▃▄▅▆▇█";
    private const string PlainBars = "_.-=+*%#";

    /// <summary>The latest figures, as many as there is room for; a figure that is missing is a gap.</summary>
    /// <param name="values">None of them below zero.</param>
    /// <param name="width">Characters, at least 1.</param>
    /// <param name="unicode">Whether the terminal shows block characters.</param>
    public static string Of(IReadOnlyList<double?> values, int width, bool unicode = true)
    {
        var bars = unicode ? Bars : PlainBars;
        var shown = values.Skip(Math.Max(0, values.Count - width)).ToList();
        var highest = shown.Max() ?? 0;
        var row = new StringBuilder(shown.Count);
        foreach (var value in shown)
        {
            row.Append(value is not { } figure ? ' '
                : highest <= 0 ? bars[0]
                : bars[(int)Math.Round(figure / highest * (bars.Length - 1), MidpointRounding.AwayFromZero)]);
        }

        return row.ToString();
    }
}
