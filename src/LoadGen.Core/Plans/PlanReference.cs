using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using LoadGen.Core.Plans.Keys;

namespace LoadGen.Core.Plans;

/// <summary>Every key and flag of a plan, as users are told of them.</summary>
public static class PlanReference
{
    /// <summary>Every key, section by section.</summary>
    public static IReadOnlyList<PlanReferenceEntry> Entries { get; } = Describe();

    /// <summary>Every flag, group by group.</summary>
    public static IReadOnlyList<PlanFlag> Flags { get; } = [.. Entries.SelectMany(entry => entry.Flags).OrderBy(flag => (int)flag.Group)];

    /// <summary>All keys as tables in Markdown, one a section.</summary>
    public static string Markdown()
    {
        var text = new StringBuilder();
        foreach (var section in Entries.GroupBy(entry => entry.Section))
        {
            text.Append(section.Key.Length == 0 ? "\n" : $"\n`{section.Key}`:\n\n");
            text.Append("| key | flag | default | what it is |\n|---|---|---|---|\n");
            foreach (var entry in section)
            {
                var key = entry.IsFlagOnly ? "" : $"`{entry.Key}`";
                var flags = string.Join(", ", entry.Flags.SelectMany(flag => flag.Aliases.Prepend(flag.Name)).Select(name => $"`{name}`"));
                text.Append(CultureInfo.InvariantCulture, $"| {key} | {flags} | {entry.Default} | {entry.Help.Replace("|", @"\|", StringComparison.Ordinal)} |\n");
            }
        }

        return text.ToString();
    }

    private static List<PlanReferenceEntry> Describe()
    {
        var entries = new List<PlanReferenceEntry>();
        PlanKeys.Section.Describe("", entries);
        LoadKeys.Section.Describe("", entries);
        return entries;
    }
}

/// <summary>One key.</summary>
/// <param name="Section">Where it is, such as <c>profiles[]</c>; empty at the top.</param>
/// <param name="Key">Its name.</param>
/// <param name="Flags">The flags that set it.</param>
/// <param name="Default">What it is if it is left out, or <c>required</c>.</param>
/// <param name="Example">A value, as it is written in a plan.</param>
/// <param name="Help">One sentence.</param>
/// <param name="IsFlagOnly">Whether plans do not have it, only the command line.</param>
public sealed record PlanReferenceEntry(
    string Section, string Key, IReadOnlyList<PlanFlag> Flags, string Default, string Example, string Help, bool IsFlagOnly)
{
    /// <summary>The way to the key, such as <c>profiles[].resume</c>.</summary>
    public string Path => Section.Length == 0 ? Key : $"{Section}.{Key}";

    /// <summary>A value as a plan has it.</summary>
    internal static string? Text(JsonNode? value) => value switch
    {
        null => null,
        JsonArray list => list.Count == 0 ? null : string.Join(", ", list.Select(Text)),
        JsonObject => null,
        JsonValue one when one.TryGetValue<string>(out var text) => text,
        _ => value.ToJsonString(),
    };
}
