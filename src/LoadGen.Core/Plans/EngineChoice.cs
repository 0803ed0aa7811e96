using LoadGen.Core.Handshakes;
using LoadGen.Core.Plans.Keys;

namespace LoadGen.Core.Plans;

/// <summary>The engine of a profile.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Because">What an engine that makes more load from the same machine cannot do; <see langword="null"/> if there is none, or this one was asked for.</param>
public sealed record EngineChoice(string Name, string? Because = null)
{
    /// <summary>The engine that makes the most load of those that can do a profile; where none can, the one that lacks the least.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="profile">One of its profiles.</param>
    /// <param name="engines">What each engine can do.</param>
    public static EngineChoice For(Plan plan, Profile profile, IReadOnlyDictionary<string, EngineCapabilities> engines)
    {
        if (profile.Engine is { } chosen)
        {
            return chosen;
        }

        if (plan.Engine != Plan.AnyEngine)
        {
            return new EngineChoice(plan.Engine);
        }

        string? because = null;
        (string Name, int Lacks)? least = null;
        foreach (var (name, engine) in engines.OrderBy(each => each.Value.Rank))
        {
            Refusal[] refusals = [.. RefusalsOf(plan, profile, engine)];
            if (refusals.Length == 0)
            {
                return new EngineChoice(name, because);
            }

            because ??= BoundedText.Of($"{name} cannot {refusals[0].Cannot}");
            least = least is null || refusals.Length < least.Value.Lacks ? (name, refusals.Length) : least;
        }

        return new EngineChoice(least!.Value.Name);
    }

    private static IEnumerable<Refusal> RefusalsOf(Plan plan, Profile profile, EngineCapabilities engine)
    {
        var refusals = PlanKeys.Section.RefusalsOf(plan, engine).Concat(ProfileKeys.Section.RefusalsOf(profile, engine));
        return plan.Targets.Aggregate(refusals, (all, target) => all.Concat(TargetKeys.Section.RefusalsOf(target, engine)));
    }
}
