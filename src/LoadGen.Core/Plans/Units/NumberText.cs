using System.Globalization;

namespace LoadGen.Core.Plans.Units;

/// <summary>Plain decimal numbers that are not negative: no sign, no exponent, no thousands separator.</summary>
internal static class NumberText
{
    /// <summary>Reads a finite number, with white space around it ignored.</summary>
    public static bool TryParse(string text, out double number)
        => double.TryParse(text.Trim(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out number) && double.IsFinite(number);

    /// <summary>The shortest text that <see cref="TryParse"/> reads as the same number.</summary>
    public static string Format(double number)
    {
        var text = number.ToString("R", CultureInfo.InvariantCulture);
        return text.Contains('E', StringComparison.Ordinal) ? decimal.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture) : text;
    }
}
