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
