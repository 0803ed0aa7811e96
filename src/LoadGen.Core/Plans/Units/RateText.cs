namespace LoadGen.Core.Plans.Units;

/// <summary>Rates as people write them: <c>2000/s</c>, <c>600/m</c>.</summary>
public static class RateText
{
    /// <summary>What a rate looks like, for messages.</summary>
    public const string Examples = "2000/s or 600/m";

    /// <summary>Reads a number that is not negative and its unit: per second, minute or hour.</summary>
    public static bool TryParse(string text, out double perSecond)
    {
        perSecond = default;
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0 || !NumberText.TryParse(text[..slash], out var number))
        {
            return false;
        }

        var seconds = text[(slash + 1)..].Trim() switch
        {
            "s" => 1,
            "m" => 60,
            "h" => 3600,
            _ => 0,
        };
        perSecond = number / seconds;
        return seconds > 0;
    }

    /// <summary>Reads a rate, or a plain number as a rate per second.</summary>
    public static bool TryParseOrPerSecond(string text, out double perSecond)
        => NumberText.TryParse(text, out perSecond) || TryParse(text, out perSecond);

    /// <summary>The rate as <see cref="TryParse"/> reads it.</summary>
    public static string Format(double perSecond) => $"{NumberText.Format(perSecond)}/s";
}
