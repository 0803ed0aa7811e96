using System.Text.Json.Nodes;
using LoadGen.Core.Handshakes;
using LoadGen.Core.Plans.Reading;

namespace LoadGen.Core.Plans.Keys;

/// <summary>
/// One key of a section of the plan, declared once. Whatever reads, writes, checks or describes plans walks these declarations: the
/// plan file, the flags, the document that travels to the workers, the JSON Schema, the help and the reference in the README.
/// </summary>
internal abstract class PlanKey<TSection>(string name)
{
    public string Name => name;

    /// <summary>One sentence for the reference.</summary>
    public required string Help { get; init; }

    /// <summary>A value other than the default, as it is written in a plan.</summary>
    public required string Example { get; init; }

    /// <summary>What the reference gives as the default, where that is not a value; <see langword="null"/> to show the value.</summary>
    public string? Default { get; init; }

    public bool IsRequired { get; init; }

    /// <summary>Whether only a flag sets it.</summary>
    public bool IsFlagOnly { get; init; }

    /// <summary>The flags that set it; the first one, if nothing else is said.</summary>
    public IReadOnlyList<PlanFlag> Flags { get; init; } = [];

    /// <summary>What the flags say, as the plan would say it; by default the value of the only flag.</summary>
    public Func<PlanFlags, PlanContext, PlanNode?>? OfFlags { get; init; }

    /// <summary>Whether flags add to the plan's list instead of replacing it.</summary>
    public bool FlagsAdd { get; init; }

    /// <summary>What an engine lacks for the value; by default nothing, since any engine will do.</summary>
    public Func<TSection, EngineCapabilities, IEnumerable<Refusal>> Needs { get; init; } = (_, _) => [];

    /// <summary>Reads a value.</summary>
    /// <returns>What puts it into the section; <see langword="null"/> if it cannot be used, which was reported.</returns>
    public abstract Func<TSection, TSection>? Read(PlanNode node, string path, PlanContext context);

    /// <summary>The section's value as a plan has it; <see langword="null"/> if it is left out.</summary>
    public abstract JsonNode? Write(TSection section);

    /// <summary>What a value may be, as JSON Schema.</summary>
    public abstract JsonObject Schema();

    /// <summary>Adds what this key and those under it say about themselves.</summary>
    public abstract void Describe(string section, TSection defaults, ICollection<PlanReferenceEntry> reference);

    public PlanNode? NodeOf(PlanFlags flags, PlanContext context)
        => OfFlags is not null ? OfFlags(flags, context) : Flags is [var flag, ..] ? flag.NodeOf(flags) : null;
}

/// <summary>A key whose value is of one type.</summary>
internal sealed class PlanKey<TSection, TValue>(string name, PlanValue<TValue> value) : PlanKey<TSection>(name)
{
    public required Func<TSection, TValue> Get { get; init; }

    public required Func<TSection, TValue, TSection> Set { get; init; }

    public override Func<TSection, TSection>? Read(PlanNode node, string path, PlanContext context)
    {
        context.Note(path, node.Place);
        return value.TryRead(node, path, context, out var read) ? section => Set(section, read) : null;
    }

    public override JsonNode? Write(TSection section) => IsFlagOnly ? null : value.Write(Get(section));

    public override JsonObject Schema()
    {
        var schema = value.Schema();
        schema["description"] = Help;
        return schema;
    }

    public override void Describe(string section, TSection defaults, ICollection<PlanReferenceEntry> reference)
    {
        var shown = IsRequired ? "required" : Default ?? PlanReferenceEntry.Text(Write(defaults)) ?? (IsFlagOnly ? Flags[0].Default : null) ?? "none";
        reference.Add(new PlanReferenceEntry(section, Name, Flags, shown, Example, Help, IsFlagOnly));
        value.Describe($"{section}{(section.Length == 0 ? "" : ".")}{Name}", reference);
    }
}

/// <summary>What an engine lacks.</summary>
/// <param name="Cannot">What follows "cannot", such as <c>ask for OCSP stapling</c>.</param>
/// <param name="Entry">The entry of the list that is at fault; <see langword="null"/> for the value as a whole.</param>
internal sealed record Refusal(string Cannot, int? Entry = null)
{
    /// <summary>For a value that needs a feature.</summary>
    public static Func<TSection, EngineCapabilities, IEnumerable<Refusal>> Feature<TSection>(EngineFeature feature, Predicate<TSection> isNeeded)
        => (section, engine) => !engine.Features.Contains(feature) && isNeeded(section) ? [new Refusal(feature.Name())] : [];

    /// <summary>For a list of names, each of which the engine must know.</summary>
    public static Func<TSection, EngineCapabilities, IEnumerable<Refusal>> Names<TSection>(
        string what, Func<TSection, IReadOnlyList<string>> names, Func<EngineCapabilities, IReadOnlySet<string>> known) => (section, engine) =>
    {
        var unknown = names(section).Index().Where(entry => !known(engine).Contains(entry.Item)).ToList();
        return unknown.Count == 0 ? [] : [new Refusal($"be asked for {what} {string.Join(", ", unknown.Select(entry => entry.Item))}", unknown[0].Index)];
    };
}
