using LoadGen.Core.Plans;
using LoadGen.Core.Tallies;

namespace LoadGen.Core.Runs;

/// <summary>A judged threshold for people: the condition and the actual value with its unit.</summary>
public static class ThresholdText
{
    private const int UsualDigits = 3;
    private const int MostDigits = 9;

    /// <summary>The condition with a space on both sides of its sign, such as <c>p99 &lt; 50ms</c>.</summary>
    public static string Condition(string expression)
    {
        var sign = expression.IndexOfAny(['<', '>']);
        if (sign < 0)
        {
            return expression;
        }

        var end = sign + 1 < expression.Length && expression[sign + 1] == '=' ? sign + 2 : sign + 1;
        return $"{expression[..sign].Trim()} {expression[sign..end]} {expression[end..].Trim()}";
    }

    /// <summary>The actual value with its unit, such as <c>actual 7.74 ms</c>.</summary>
    /// <param name="expression">The condition as it was written; of one that this version does not know, the bare number is shown.</param>
    /// <param name="observed">In the unit of the threshold's bound; <see langword="null"/> when there was nothing to observe.</param>
    public static string Actual(string expression, double? observed) => observed is not { } value ? "no samples"
        : ThresholdParser.TryParse(expression, out var threshold, out _) ? $"actual {WithUnit(threshold, Rounded(threshold, value))}"
        : $"actual {value:0.####}";

    // As few digits as say the same as the value itself: 50.04 is not "50" beside a bound of "<= 50".
    private static double Rounded(Threshold threshold, double value)
    {
        for (var digits = UsualDigits; digits < MostDigits; digits++)
        {
            var rounded = ToDigits(value, digits);
            if (threshold.Holds(rounded) == threshold.Holds(value))
            {
                return rounded;
            }
        }

        return value;
    }

    private static double ToDigits(double value, int digits)
    {
        var decimals = value == 0 ? 0 : digits - 1 - (int)Math.Floor(Math.Log10(Math.Abs(value)));
        return Math.Round(value, Math.Clamp(decimals, 0, 12));
    }

    private static string WithUnit(Threshold threshold, double value) => (threshold.Measure?.Unit, threshold.Statistic) switch
    {
        (MeasureUnit.Milliseconds, _) => $"{value:#,0.######} ms",
        (MeasureUnit.Bytes, _) => $"{value:#,0.######} bytes",
        (MeasureUnit.Count, _) => $"{value:#,0.######}",
        (_, Statistic.Rate) => $"{value:#,0.######}/s",
        _ => $"{value * 100:0.######} %",
    };
}
