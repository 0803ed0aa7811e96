using System.Diagnostics.CodeAnalysis;
using LoadGen.Core.Plans.Reading;
using LoadGen.Core.Plans.Units;
using LoadGen.Core.Tallies;

namespace LoadGen.Core.Plans;

/// <summary>
/// Reads thresholds: a statistic, a comparison and a bound with its unit, such as <c>p99 &lt; 50ms</c>,
/// <c>tcp_connect.max &lt;= 5ms</c>, <c>failures &lt; 0.1%</c>, <c>rate &gt;= 950/s</c> or <c>resumed &gt;= 29%</c>. A statistic is of the response unless
/// the name of another measure stands before it.
/// </summary>
public static class ThresholdParser
{
    private const string Examples = "p99 < 50ms, handshake.p95 < 20ms, bytes_in.max < 6000, failures < 0.1%, rate >= 950/s or resumed >= 29%";

    /// <summary>Reads one threshold.</summary>
    /// <param name="text">The expression.</param>
    /// <param name="threshold">The threshold, if it is one.</param>
    /// <param name="remedy">What to write instead, if it is none.</param>
    public static bool TryParse(
        string text, [NotNullWhen(true)] out Threshold? threshold, [NotNullWhen(false)] out string? remedy)
    {
        threshold = null;
        var sign = text.IndexOfAny(['<', '>']);
        if (sign < 0)
        {
            remedy = $"write a statistic, one of < <= > >=, and a bound, such as {Examples}";
            return false;
        }

        var orEqual = sign + 1 < text.Length && text[sign + 1] == '=';
        if (!TryParseSubject(text[..sign].Trim(), out var subject, out remedy)
            || !TryParseBound(subject, text[(sign + (orEqual ? 2 : 1))..].Trim(), out var bound, out remedy))
        {
            return false;
        }

        threshold = new Threshold
        {
            Expression = text.Trim(),
            Measure = subject.Measure,
            Statistic = subject.Statistic,
            Comparison = (text[sign], orEqual) switch
            {
                ('<', false) => Comparison.Less,
                ('<', true) => Comparison.LessOrEqual,
                ('>', false) => Comparison.Greater,
                _ => Comparison.GreaterOrEqual,
            },
            Bound = bound,
        };
        return true;
    }

    private static bool TryParseSubject(
        string text, out (Measure? Measure, Statistic Statistic) subject, [NotNullWhen(false)] out string? remedy)
    {
        subject = default;
        var dot = text.IndexOf('.', StringComparison.Ordinal);
        var name = text[(dot + 1)..];
        if (!EnumNames.TryParse<Statistic>(name, out var statistic))
        {
            remedy = DidYouMean.Remedy(name, EnumNames.All<Statistic>());
            return false;
        }

        if (statistic >= Statistic.Failures)
        {
            subject = (null, statistic);
            remedy = dot < 0 ? null : $"write {name} without a prefix: it is of the whole run";
            return dot < 0;
        }

        var measure = dot < 0 ? Measure.Response : Measure.Find(text[..dot]);
        subject = (measure, statistic);
        remedy = measure is not null ? null : DidYouMean.Remedy(text[..dot], [.. Measure.All.Select(each => each.Name)]);
        return measure is not null;
    }

    private static bool TryParseBound(
        (Measure? Measure, Statistic Statistic) subject, string text, out double bound, [NotNullWhen(false)] out string? remedy)
    {
        switch (subject.Statistic)
        {
            case var _ when subject.Measure is { } measure:
                return TryParseBound(measure.Unit, text, out bound, out remedy);
            // Without a unit 0.5 could be a half or half a percent.
            case Statistic.Failures or Statistic.Resumed or Statistic.Refused or Statistic.EarlyData or Statistic.Kept:
                remedy = $"write the bound as a percentage, such as {PercentText.Examples}";
                return PercentText.TryParse(text, out bound);
            case Statistic.Rate:
                remedy = $"write the bound as a rate, such as {RateText.Examples}";
                return RateText.TryParseOrPerSecond(text, out bound);
            default:
                throw new ArgumentOutOfRangeException(nameof(subject), subject, null);
        }
    }

    private static bool TryParseBound(MeasureUnit unit, string text, out double bound, [NotNullWhen(false)] out string? remedy)
    {
        switch (unit)
        {
            case MeasureUnit.Milliseconds:
                remedy = $"write the bound as a duration, such as {DurationText.Examples}";
                var isDuration = DurationText.TryParse(text, out var duration);
                bound = duration.TotalMilliseconds;
                return isDuration;
            case MeasureUnit.Bytes:
                remedy = "write the bound as a number of bytes, such as 6000";
                return NumberText.TryParse(text, out bound);
            default:
                remedy = "write the bound as a number, such as 3";
                return NumberText.TryParse(text, out bound);
        }
    }
}
