namespace LoadGen.Core.Plans.Reading;

/// <summary>A piece of a plan, with its place: of the YAML of a file, of the JSON of a document, or of a flag.</summary>
internal abstract record PlanNode(Place Place)
{
    /// <summary>A value.</summary>
    public static PlanNode Of(Written written) => new Scalar(written.Place, written.Text, IsQuoted: true);

    /// <summary>A mapping of values.</summary>
    public static PlanNode MappingOf(Place place, params IEnumerable<(string Key, Written? Value)> entries) => new Mapping(
        place,
        [.. entries.Where(entry => entry.Value is not null).Select(entry => KeyValuePair.Create(new Scalar(place, entry.Key, IsQuoted: true), Of(entry.Value!)))]);

    /// <summary>The entries of two lists, or single values, as one list; <see langword="null"/> if there are none.</summary>
    public static PlanNode? Joined(PlanNode? first, PlanNode? second) => first is null || second is null
        ? first ?? second
        : new Sequence(first.Place, [.. AsList(first), .. AsList(second)]);

    /// <summary>The entries of a list; a value alone is a list of one.</summary>
    public static IReadOnlyList<PlanNode> AsList(PlanNode node) => node is Sequence list ? list.Items : [node];

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

    /// <summary>A text in quotes, cut to a line's length.</summary>
    public static string Quote(string text) => text.Length > MostQuoted ? $"\"{text[..MostQuoted]}...\"" : $"\"{text}\"";
}
