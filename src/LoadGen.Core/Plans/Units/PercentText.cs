namespace LoadGen.Core.Plans.Units;

/// <summary>Percentages as people write them: <c>30%</c>, <c>0.1%</c>.</summary>
public static class PercentText
{
    /// <summary>What a percentage looks like, for messages.</summary>
    public const string Examples = "0.1% or 30%";

    /// <summary>Reads a number from 0 to 100 and a percent sign, as a ratio from 0 to 1.</summary>
    public static bool TryParse(string text, out double ratio)
    {
        ratio = default;
        var trimmed = text.Trim();
        if (!trimmed.EndsWith('%') || !NumberText.TryParse(trimmed[..^1], out var percent) || percent > 100)
        {
            return false;
        }

        ratio = percent / 100;
        return true;
    }

    /// <summary>The percentage that <see cref="TryParse"/> reads as the same ratio, if any is.</summary>
    public static string Format(double ratio)
    {
        // The product is off by a unit in the last place at most, and the quotient must be the ratio again.
        var percent = ratio * 100;
        double[] candidates = [percent, Math.BitIncrement(percent), Math.BitDecrement(percent)];
        return $"{NumberText.Format(candidates.FirstOrDefault(candidate => candidate / 100 == ratio, percent))}%";
    }
}
