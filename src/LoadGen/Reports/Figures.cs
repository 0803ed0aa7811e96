using Spectre.Console;

namespace LoadGen.Reports;

/// <summary>Figures as people read them, with about three significant digits.</summary>
internal static class Figures
{
    private const string Gap = "  ";

    /// <summary>Milliseconds without their unit, for columns that name it.</summary>
    public static string Milliseconds(double milliseconds) => milliseconds switch
    {
        < 1 => $"{milliseconds:0.000}",
        < 10 => $"{milliseconds:0.00}",
        < 100 => $"{milliseconds:0.0}",
        _ => $"{milliseconds:N0}",
    };

    /// <summary>A time with its unit, such as <c>7.74 ms</c>.</summary>
    public static string Time(TimeSpan time) => $"{Milliseconds(time.TotalMilliseconds)} ms";

    /// <summary>Puts parts of markup into lines, as many in each as fit; a part is never broken.</summary>
    /// <param name="parts">The parts; empty ones are left out.</param>
    /// <param name="width">The columns of the terminal.</param>
    /// <param name="indent">Columns left free at the start of each line but the first.</param>
    public static IEnumerable<string> Flow(IEnumerable<string> parts, int width, int indent = 2)
    {
        var (line, length, isNew) = ("", 0, true);
        foreach (var part in parts.Where(part => part.Length > 0))
        {
            var partLength = Markup.Remove(part).Length;
            if (!isNew && length + Gap.Length + partLength > width)
            {
                yield return line;
                (line, length, isNew) = (new string(' ', indent), indent, true);
            }

            var gap = isNew ? "" : Gap;
            line += gap + part;
            length += gap.Length + partLength;
            isNew = false;
        }

        yield return line;
    }
}
