namespace LoadGen.Core.Plans.Reading;

/// <summary>A value as it was written, and where.</summary>
internal sealed record Written(string Text, Place Place)
{
    private const int MostQuoted = 80;

    /// <summary>The text for a message, in quotes and not longer than a line.</summary>
    public string Quoted => Quote(Text);

    /// <summary>The value of a flag; <see langword="null"/> if it was not given.</summary>
    public static Written? OfFlag(string flag, string? text) => text is null ? null : new(text, Place.OfFlag(flag));

    /// <summary>The values of a flag that may be repeated or hold a list; <see langword="null"/> if it was not given.</summary>
    public static IReadOnlyList<Written>? OfFlags(string flag, IReadOnlyList<string> texts, params char[] separators)
        => texts.Count == 0
            ? null
            : [.. texts.SelectMany(text => text.Split(separators)).Select(text => new Written(text.Trim(), Place.OfFlag(flag)))];

    /// <summary>A text in quotes, cut to a line's length.</summary>
    public static string Quote(string text) => text.Length > MostQuoted ? $"\"{text[..MostQuoted]}...\"" : $"\"{text}\"";
}
