using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Nodes;
using LoadGen.Core.Plans.Reading;

namespace LoadGen.Core.Plans.Keys;

/// <summary>A list of sections, each with a name of its own: targets, profiles.</summary>
/// <param name="section">One of them.</param>
/// <param name="what">What one is called, such as <c>target</c>.</param>
/// <param name="nameOf">Its name: a label of every metric.</param>
internal sealed class ItemsValue<T>(Section<T> section, string what, Func<T, string> nameOf) : PlanValue<IReadOnlyList<T>>
    where T : class
{
    public override bool TryRead(PlanNode node, string path, PlanContext context, [MaybeNullWhen(false)] out IReadOnlyList<T> value)
    {
        var before = context.Problems.Count;
        var items = context.EntriesOf(node, path);
        if (items.Count > PlanRules.MostNames)
        {
            context.Problems.Add(items[PlanRules.MostNames].Place, $"more than {PlanRules.MostNames} {what}s", "each is a label of every metric; use fewer");
            value = null;
            return false;
        }

        var names = new HashSet<string>(StringComparer.Ordinal);
        var values = new List<T>();
        foreach (var (index, item) in items.Index())
        {
            var itemPath = $"{path}[{index}]";
            context.Note(itemPath, item.Place);
            if (section.Read(item, itemPath, context) is { } one)
            {
                values.Add(one);
            }

            if (Name(item) is { } name && !names.Add(name.Text))
            {
                context.Problems.Add(name.Place, $"a second {what} is named {Written.Quote(name.Text)}", $"give every {what} its own name");
            }
        }

        value = values;
        return context.Problems.Count == before;
    }

    public override JsonNode Write(IReadOnlyList<T> value) => new JsonArray([.. value.Select(section.Write)]);

    public override JsonObject Schema() => new() { ["type"] = "array", ["items"] = section.Schema(), ["minItems"] = 1, ["maxItems"] = PlanRules.MostNames };

    public override void Describe(string parent, ICollection<PlanReferenceEntry> reference) => section.Describe($"{parent}[]", reference);

    /// <summary>What messages call one of them.</summary>
    public string Who(T item) => $"{what} {nameOf(item)}";

    // Also of a section with a problem: every problem is told at once.
    private static PlanNode.Scalar? Name(PlanNode item)
        => (item as PlanNode.Mapping)?.Entries.FirstOrDefault(entry => entry.Key.Text == "name").Value as PlanNode.Scalar;
}
