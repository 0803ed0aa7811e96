using System.Text;

namespace LoadGen.Core.Handshakes;

/// <summary>
/// Texts that a server has a say in, such as the subject of its certificate: long enough for a person, too short to make a
/// report of thousands of them large, and always Unicode that can be encoded.
/// </summary>
public static class BoundedText
{
    /// <summary>The most UTF-16 characters of a text.</summary>
    public const int Longest = 1024;

    /// <summary>The text, or its beginning; halves of surrogate pairs become U+FFFD.</summary>
    public static string Of(string text)
    {
        if (text.Length <= Longest && !text.AsSpan().ContainsAnyInRange('\ud800', '\udfff'))
        {
            return text;
        }

        var bounded = new StringBuilder(Math.Min(text.Length, Longest));
        foreach (var rune in text.EnumerateRunes())
        {
            if (bounded.Length + rune.Utf16SequenceLength > Longest - 1)
            {
                return bounded.Append('…').ToString();
            }

            bounded.Append(rune.ToString());
        }

        return bounded.ToString();
    }
}
