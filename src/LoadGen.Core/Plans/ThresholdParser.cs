using System.Diagnostics.CodeAnalysis;
using LoadGen.Core.Handshakes;
using LoadGen.Core.Plans.Reading;
using LoadGen.Core.Plans.Units;

namespace LoadGen.Core.Plans;

/// <summary>
/// Reads thresholds: a statistic, a comparison and a bound with its unit, such as <c>p99 &lt; 50ms</c>,
/// <c>tcp_connect.max &lt;= 5ms</c>, <c>failures &lt; 0.1%</c>, <c>rate &gt;= 950/s</c> or <c>resumed &gt;= 29%</c>. A time is of the response unless
/// <c>handshake.</c> or a phase's name stands before the statistic.
/// </summary>
public static class ThresholdParser
{
    private const string Examples = "p99 < 50ms, handshake.p95 < 20ms, failures < 0.1%, rate >= 950/s or resumed >= 29%";

    private static readonly string[] Prefixes = ["response", "handshake", .. EnumNames.All<Phase>()];

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
            || !TryParseBound(subject.Statistic, text[(sign + (orEqual ? 2 : 1))..].Trim(), out var bound, out remedy))
        {
            return false;
        }

        threshold = new Threshold
        {
            Expression = text.Trim(),
            Latency = subject.Latency,
            Phase = subject.Phase,
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
        string text, out (LatencyOf? Latency, Phase? Phase, Statistic Statistic) subject, [NotNullWhen(false)] out string? remedy)
    {
        subject = default;
        var dot = text.IndexOf('.', StringComparison.Ordinal);
        var name = text[(dot + 1)..];
        if (!EnumNames.TryParse<Statistic>(name, out var statistic))
        {
            remedy = DidYouMean.Remedy(name, EnumNames.All<Statistic>());
            return false;
        }

        if (statistic is Statistic.Failures or Statistic.Rate or Statistic.Resumed)
        {
            subject = (null, null, statistic);
            remedy = dot < 0 ? null : $"write {name} without a prefix: it is of the whole run";
            return dot < 0;
        }

        var prefix = dot < 0 ? "response" : text[..dot];
        if (!Prefixes.Contains(prefix))
        {
            remedy = DidYouMean.Remedy(prefix, Prefixes);
            return false;
        }

        subject = prefix switch
        {
            "response" => (LatencyOf.Response, null, statistic),
            "handshake" => (LatencyOf.Handshake, null, statistic),
            _ => (LatencyOf.Phase, EnumNames.TryParse<Phase>(prefix, out var phase) ? phase : null, statistic),
        };
        remedy = null;
        return true;
    }

    private static bool TryParseBound(Statistic statistic, string text, out double bound, [NotNullWhen(false)] out string? remedy)
    {
        switch (statistic)
        {
            // Without a unit 0.5 could be a half or half a percent.
            case Statistic.Failures or Statistic.Resumed:
                remedy = $"write the bound as a percentage, such as {PercentText.Examples}";
                return PercentText.TryParse(text, out bound);
            case Statistic.Rate:
                remedy = $"write the bound as a rate, such as {RateText.Examples}";
                return RateText.TryParseOrPerSecond(text, out bound);
            default:
                remedy = $"write the bound as a duration, such as {DurationText.Examples}";
                var isDuration = DurationText.TryParse(text, out var duration);
                bound = duration.TotalMilliseconds;
                return isDuration;
        }
    }
}
