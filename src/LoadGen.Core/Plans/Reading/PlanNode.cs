namespace LoadGen.Core.Plans.Reading;

/// <summary>A piece of the plan file's YAML, with its place.</summary>
internal abstract record PlanNode(Place Place)
{
    /// <summary>What a reader of the message calls this kind of node.</summary>
    public abstract string Kind { get; }

    /// <param name="Place">Where it begins.</param>
    /// <param name="Text">Its text; a plan has no other scalar type, so <c>1.2</c> stays <c>1.2</c>.</param>
    /// <param name="IsQuoted">Whether it was quoted; an empty scalar without quotes is a value left out.</param>
    internal sealed record Scalar(Place Place, string Text, bool IsQuoted) : PlanNode(Place)
    {
        public bool IsMissing => !IsQuoted && Text is "" or "~" or "null";

        public override string Kind => IsMissing ? "nothing" : Written.Quote(Text);
    }

    internal sealed record Sequence(Place Place, IReadOnlyList<PlanNode> Items) : PlanNode(Place)
    {
        public override string Kind => "a list";
    }

    internal sealed record Mapping(Place Place, IReadOnlyList<KeyValuePair<Scalar, PlanNode>> Entries) : PlanNode(Place)
    {
        public override string Kind => "a mapping";
    }
}

/// <summary>Where something was written: a line of the plan file, the file as a whole (line 0), or a flag.</summary>
internal sealed record Place(string Name, long Line, long Column, bool IsFlag)
{
    public static Place OfFlag(string flag) => new(flag, 0, 0, IsFlag: true);

    /// <summary>A key of a plan that was not read from a file, such as <c>profiles[0].weight</c>.</summary>
    public static Place OfKey(string key) => new(key, 0, 0, IsFlag: false);

    public static Place OfFile(string file) => new(file, 0, 0, IsFlag: false);

    public override string ToString() => Line == 0 ? Name : $"{Name}:{Line}:{Column}";
}

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

/// <summary>Something chosen from what engines can do, and where it was.</summary>
internal sealed record Choice<T>(T Value, Written Written);
