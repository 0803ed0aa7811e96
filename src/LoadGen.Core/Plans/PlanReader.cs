using System.Text.Json;
using LoadGen.Core.Handshakes;
using LoadGen.Core.Plans.Keys;
using LoadGen.Core.Plans.Reading;

namespace LoadGen.Core.Plans;

/// <summary>Makes a plan from a file and flags, or says everything that is wrong with them.</summary>
/// <param name="engines">What each engine can do, by its name in plans.</param>
public sealed class PlanReader(IReadOnlyDictionary<string, EngineCapabilities> engines)
{
    private static readonly string[] Names = [.. PlanKeys.Section.Names, .. LoadKeys.Section.Names];

    /// <summary>
    /// Reads a plan. Files that it names are read too: certificates become part of the plan, so that it can travel.
    /// </summary>
    /// <param name="yamlText">The plan's text; <see langword="null"/> to read the file, or if there is none.</param>
    /// <param name="fileName">The plan file: its name is part of each problem, its folder is where relative paths in the plan start.
    /// Without it paths start in the current folder.</param>
    /// <param name="flags">What the command line overrides and adds.</param>
    public PlanReading Read(string? yamlText, string? fileName, PlanFlags flags)
    {
        var folder = fileName is null ? Directory.GetCurrentDirectory() : Path.GetDirectoryName(Path.GetFullPath(fileName))!;
        var context = new PlanContext(engines, folder);
        var place = Place.OfFile(fileName ?? "plan");
        var text = yamlText is null && fileName is not null ? PlanFile.ReadText(fileName, place, "the plan", context.Problems) : yamlText;
        var root = text is null ? null : PlanTree.Read(text, place.Name, context.Problems);
        return Read(root ?? new PlanNode.Mapping(place, []), Path.GetFileNameWithoutExtension(fileName) ?? "loadgen", flags, context);
    }

    /// <summary>Reads a plan that another process has read, and wrote with <see cref="PlanDocument"/>.</summary>
    internal static PlanReading Read(ReadOnlySpan<byte> document, IReadOnlyDictionary<string, EngineCapabilities>? engines)
    {
        PlanNode root;
        try
        {
            using var json = JsonDocument.Parse(document.ToArray(), new JsonDocumentOptions { MaxDepth = PlanTree.MostLevels });
            root = PlanTree.Of(json.RootElement, "");
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            // JsonElement finds out about text that is not UTF-8, or half a surrogate pair, only when it is asked for it.
            return new PlanReading.Invalid([new PlanProblem("plan", $"not a plan in JSON: {error.Message}", "hand plans over with loadgen submit")]);
        }

        return Read(root, "plan", PlanFlags.None, new PlanContext(engines, folder: null));
    }

    private static PlanReading Read(PlanNode root, string defaultName, PlanFlags flags, PlanContext context)
    {
        // A plan that could not be read may well name what would be missing.
        var isUnreadable = !context.Problems.IsEmpty;
        context.Note("", root.Place);
        var mapping = PlanMapping.Of(PemTable.PutBack(root, context.Problems), "the plan", Names, context.Problems);
        var plan = mapping is null ? PlanKeys.Section.Initial : PlanKeys.Section.Read(mapping, "", context);
        var load = mapping is null ? LoadKeys.Section.Initial : LoadKeys.Section.Read(mapping, "", context);
        plan = PlanKeys.Section.ReadFlags(mapping, "", flags, context)(plan);
        plan = PlanKeys.ReadLimitFlags(flags, context)(plan);
        load = LoadKeys.Section.ReadFlags(null, "", flags, context)(load);
        var setTarget = TargetKeys.Section.ReadFlags(null, "targets[*]", flags, context);
        var setProfile = ProfileKeys.Section.ReadFlags(null, "profiles[*]", flags, context);
        var targets = plan.Targets.Count > 0 || flags.DefaultTarget is not { } target ? plan.Targets : [target];
        if (targets.Count == 0 && !isUnreadable && mapping?.Node("targets") is null && !flags.Has(PlanKeys.TargetFlag))
        {
            context.Problems.Add(root.Place, "no target is named", $"add targets: to the plan, or --target, such as --target {Units.AddressText.Examples}");
        }

        // Only what could be read in full is put together: what is missing would be a problem that is none.
        if (!context.Problems.IsEmpty || load.Settle(context) is not { } settled)
        {
            return new PlanReading.Invalid(context.Problems.InOrder());
        }

        plan = plan with
        {
            Name = plan.Name.Length == 0 ? defaultName : plan.Name,
            Targets = [.. targets.Select(setTarget).Select(each => each.ServerName.Length == 0 ? each with { ServerName = TargetKeys.ServerNameOf(each.Host) } : each)],
            Profiles = [.. (plan.Profiles.Count == 0 ? [new Profile { Name = "default" }] : plan.Profiles).Select(setProfile)],
            Load = settled,
        };
        plan = PlanChecks.Settle(plan, context);
        return context.Problems.IsEmpty ? new PlanReading.Valid(plan) : new PlanReading.Invalid(context.Problems.InOrder());
    }
}

/// <summary>What came of reading a plan: a plan that is valid, or everything that is wrong with it.</summary>
public abstract record PlanReading
{
    private PlanReading()
    {
    }

    /// <summary>Nothing is wrong.</summary>
    /// <param name="Plan">The plan.</param>
    public sealed record Valid(Plan Plan) : PlanReading;

    /// <summary>Something is wrong.</summary>
    /// <param name="Problems">At least one; those of the file in the order of their lines, then those of the flags.</param>
    public sealed record Invalid(IReadOnlyList<PlanProblem> Problems) : PlanReading;
}

/// <summary>One thing that is wrong with a plan file or a flag.</summary>
/// <param name="Place"><c>file:line:column</c> in a plan file, the file's name if it is about the whole of it, the flag's name, such as
/// <c>--rate</c>, or the key of a plan that was handed over, such as <c>profiles[0].weight</c>.</param>
/// <param name="Message">What is wrong.</param>
/// <param name="Remedy">What to write or do instead.</param>
public sealed record PlanProblem(string Place, string Message, string Remedy)
{
    /// <summary>The problem in one line.</summary>
    public override string ToString() => $"{Place}: {Message}; {Remedy}";
}
