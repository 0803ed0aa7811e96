using System.Globalization;
using System.Text;

namespace LoadGen.Core.Handshakes;

/// <summary>
/// Texts that a peer has a say in, such as the subject of a certificate: long enough for a person, too short to make a report of
/// thousands of them large, always Unicode that can be encoded, and nothing that steers a terminal or hides what is there. Whatever
/// a peer said becomes a text here, so that nothing that shows it later has to think of it.
/// </summary>
public static class BoundedText
{
    /// <summary>The most UTF-16 characters of a text.</summary>
    public const int Longest = 1024;

    /// <summary>
    /// The text, or its beginning. Halves of surrogate pairs become U+FFFD; characters that are not seen become escapes such as
    /// <c>\x1b</c>, a second time nothing.
    /// </summary>
    public static string Of(string text)
    {
        if (text.Length <= Longest && !text.AsSpan().ContainsAnyExceptInRange(' ', '~'))
        {
            return text;
        }

        var bounded = new StringBuilder(Math.Min(text.Length, Longest));
        foreach (var rune in text.EnumerateRunes())
        {
            var shown = IsSeen(rune) ? rune.ToString() : rune.Value <= byte.MaxValue ? $"\\x{rune.Value:x2}" : $"\\u{rune.Value:x4}";
            if (bounded.Length + shown.Length > Longest)
            {
                // An ellipsis takes the place of what it cuts.
                bounded.Length = Math.Min(bounded.Length, Longest - 1);
                if (char.IsHighSurrogate(bounded[^1]))
                {
                    bounded.Length--;
                }

                return bounded.Append('…').ToString();
            }

            bounded.Append(shown);
        }

        return bounded.ToString();
    }

    /// <summary>The texts, each of them bounded.</summary>
    public static IReadOnlyList<string> Of(IReadOnlyList<string> texts) => [.. texts.Select(Of)];

    // Neither C0 and C1 controls, nor what changes the direction of text or takes no room, nor the ends of lines and paragraphs.
    private static bool IsSeen(Rune rune) => Rune.GetUnicodeCategory(rune) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned);
}
