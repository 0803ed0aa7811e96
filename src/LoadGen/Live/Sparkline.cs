using System.Text;

namespace LoadGen.Live;

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
