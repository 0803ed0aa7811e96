using System.Globalization;

namespace LoadGen.Core.Plans.Units;

/// <summary>Durations as people write them: <c>250ms</c>, <c>10s</c>, <c>1.5h</c>, <c>1m30s</c>.</summary>
public static class DurationText
{
    /// <summary>What a duration looks like, for messages.</summary>
    public const string Examples = "250ms, 10s, 5m or 1m30s";

    // From large to small: parts must come in this order, each at most once.
    private static readonly (string Name, long Ticks)[] Units =
    [
        ("d", TimeSpan.TicksPerDay),
        ("h", TimeSpan.TicksPerHour),
        ("m", TimeSpan.TicksPerMinute),
        ("s", TimeSpan.TicksPerSecond),
        ("ms", TimeSpan.TicksPerMillisecond),
        ("us", TimeSpan.TicksPerMicrosecond),
    ];

    /// <summary>
    /// Reads one or more numbers, each with its unit (d, h, m, s, ms or us), from the largest unit to the smallest. A plain
    /// number is no duration: its unit would be a guess.
    /// </summary>
    /// <returns>Whether it is one that a <see cref="TimeSpan"/> can hold, to the nearest 100 ns.</returns>
    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = default;
        var rest = text.AsSpan().Trim();
        var smallest = -1;
        var ticks = 0m;
        while (!rest.IsEmpty)
        {
            if (!TryTakePart(ref rest, out var number, out var unit) || unit <= smallest)
            {
                return false;
            }

            smallest = unit;
            ticks += number * Units[unit].Ticks;
        }

        if (smallest < 0 || ticks > long.MaxValue)
        {
            return false;
        }

        duration = new TimeSpan((long)Math.Round(ticks));
        return true;
    }

    /// <summary>The duration as <see cref="TryParse"/> reads it, without units that are zero.</summary>
    public static string Format(TimeSpan duration)
    {
        var text = "";
        var rest = duration.Ticks;
        foreach (var (name, ticks) in Units[..^1].Where(unit => rest >= unit.Ticks))
        {
            text += $"{rest / ticks}{name}";
            rest %= ticks;
        }

        // A tick is a tenth of the smallest unit.
        if (rest > 0)
        {
            text += string.Create(CultureInfo.InvariantCulture, $"{(decimal)rest / Units[^1].Ticks}{Units[^1].Name}");
        }

        return text.Length == 0 ? "0s" : text;
    }

    private static bool TryTakePart(ref ReadOnlySpan<char> rest, out decimal number, out int unit)
    {
        unit = -1;
        var numberLength = LengthUntil(rest, character => !char.IsAsciiDigit(character) && character != '.');

        // Fifteen digits hold any duration in any unit, and keep the products inside a decimal.
        if (numberLength > 15
            || !decimal.TryParse(rest[..numberLength], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out number))
        {
            number = default;
            return false;
        }

        rest = rest[numberLength..].TrimStart();
        var unitLength = LengthUntil(rest, character => !char.IsAsciiLetter(character));
        var name = rest[..unitLength].ToString();
        unit = Array.FindIndex(Units, candidate => candidate.Name == name);
        rest = rest[unitLength..].TrimStart();
        return unit >= 0;
    }

    private static int LengthUntil(ReadOnlySpan<char> text, Predicate<char> ends)
    {
        var length = 0;
        while (length < text.Length && !ends(text[length]))
        {
            length++;
        }

        return length;
    }
}
