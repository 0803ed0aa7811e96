using LoadGen.Core.Handshakes;
using LoadGen.Core.Plans.Reading;

namespace LoadGen.Core.Plans;

/// <summary>Makes a plan from a file and flags, or says everything that is wrong with them.</summary>
/// <param name="engines">What each engine can do, by its name in plans.</param>
public sealed class PlanReader(IReadOnlyDictionary<string, EngineCapabilities> engines)
{
    private static readonly string[] Keys =
    [
        "name", "targets", "profiles", "load", "limits", "thresholds", "authorized", "seed", "engine", "crypto", "close", "count",
    ];

    private static readonly Dictionary<string, CloseMode> CloseModes = new()
    {
        ["rst"] = CloseMode.Rst,
        ["fin"] = CloseMode.Fin,
        ["notify"] = CloseMode.Notify,
    };

    private static readonly Dictionary<string, CryptoChoice> CryptoChoices = new()
    {
        ["native"] = CryptoChoice.Native,
        ["managed"] = CryptoChoice.Managed,
    };

    /// <summary>
    /// Reads a plan. Files that it names are read too: authorities become part of the plan, so that it can travel.
    /// </summary>
    /// <param name="yamlText">The plan's text; <see langword="null"/> to read the file, or if there is none.</param>
    /// <param name="fileName">The plan file: its name is part of each problem, its folder is where relative paths in the plan start.
    /// Without it paths start in the current folder.</param>
    /// <param name="flags">What the command line overrides and adds.</param>
    public PlanReading Read(string? yamlText, string? fileName, PlanFlags flags)
    {
        var problems = new ProblemList();
        var place = Place.OfFile(fileName ?? "plan");
        var text = yamlText is null && fileName is not null ? BoundedFile.Read(fileName, place, "the plan", problems) : yamlText;
        var root = text is null ? null : PlanTree.Read(text, place.Name, problems);
        var isUnreadable = root is null && !problems.IsEmpty;
        var mapping = new PlanMapping(root ?? new PlanNode.Mapping(place, []), "the plan", Keys, problems);
        var plan = Read(mapping, isUnreadable, fileName, flags, new ValueReader(problems));
        if (plan is null || !problems.IsEmpty)
        {
            return new PlanReading.Invalid(problems.InOrder());
        }

        // What the sections let through stands before the same gate as plans from elsewhere.
        return PlanCheck.ProblemsOf(plan, engines) is { Count: > 0 } breaches ? new PlanReading.Invalid(breaches) : new PlanReading.Valid(plan);
    }

    // Every section is read whatever came of the others; null means that a problem was reported.
    private Plan? Read(PlanMapping mapping, bool isUnreadable, string? fileName, PlanFlags flags, ValueReader values)
    {
        var problems = values.Problems;
        var folder = fileName is null ? Directory.GetCurrentDirectory() : Path.GetDirectoryName(Path.GetFullPath(fileName))!;
        var name = Name(mapping.Scalar("name"), problems) ?? Path.GetFileNameWithoutExtension(fileName) ?? "loadgen";
        var targets = new TargetsSection(values, new AuthoritiesReader(problems), folder).Read(mapping, isUnreadable, flags);
        var choices = new ProfilesSection(
            values, new ChoiceReader(engines.Values, values), new BehaviourReader(values, new IdentityReader(problems)), folder).Read(mapping, flags);
        var load = new LoadSection(values).Read(mapping, flags);
        var limits = new LimitsSection(values).Read(mapping, flags, load);
        var thresholds = new ThresholdsSection(problems).Read(mapping, flags);
        var authorized = new AuthorizedSection(problems).Read(mapping, flags);
        var seed = values.Whole(mapping.Scalar("seed"), 0, int.MaxValue);
        var close = values.OneOf(mapping.Scalar("close"), Written.OfFlag("--close", flags.Close), "a way to close", CloseModes) ?? CloseMode.Rst;
        var crypto = values.OneOf(mapping.Scalar("crypto"), Written.OfFlag("--crypto", flags.Crypto), "a choice of cryptography", CryptoChoices)
            ?? CryptoChoice.Native;
        var engine = Engine(mapping.Scalar("engine"), Written.OfFlag("--engine", flags.Engine), values);
        if (engine is null)
        {
            return null;
        }

        var check = new EngineCheck(engine, engines, problems);
        IReadOnlyList<Profile> profiles = [.. choices.Select(check.Settle)];
        check.CheckStartTls(targets, mapping.Place);
        foreach (var (threshold, place) in thresholds)
        {
            check.Check(threshold, place);
        }

        return load is null || targets.Count == 0 || profiles.Count == 0 ? null : new Plan
        {
            Name = name,
            Targets = targets,
            Profiles = profiles,
            Load = load,
            Engine = engine,
            Crypto = crypto,
            Close = close,
            Limits = limits,
            Thresholds = [.. thresholds.Select(entry => entry.Threshold)],
            Authorized = authorized,
            Seed = (int?)seed ?? 42,
        };
    }

    private static string? Name(Written? written, ProblemList problems)
    {
        if (written is null || PlanRules.IsName(written.Text))
        {
            return written?.Text.Trim();
        }

        problems.Add(written.Place, $"{written.Quoted} is not a plan's name", $"write 1 to {PlanRules.LongestName} printable characters");
        return null;
    }

    private string? Engine(Written? ofPlan, Written? ofFlag, ValueReader values)
    {
        string[] names = [.. engines.Keys.Order(StringComparer.Ordinal)];
        var inPlan = values.OneOf(ofPlan, "an engine", names);
        var inFlag = values.OneOf(ofFlag, "an engine", names);
        return ofFlag is not null ? inFlag : ofPlan is not null ? inPlan : Plan.DefaultEngine;
    }
}
