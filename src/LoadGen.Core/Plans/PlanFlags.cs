using System.Text.Json.Serialization;
using LoadGen.Core.Plans.Reading;

namespace LoadGen.Core.Plans;

/// <summary>
/// What the command line says about a run, as it was written, so that <see cref="PlanReader"/> can report the faults of
/// flags and file together. A flag that was given overrides the same thing in the plan, or adds to its list.
/// </summary>
public sealed record PlanFlags
{
    /// <summary>No flags, and no default target.</summary>
    public static PlanFlags None { get; } = new();

    /// <summary>The target of a run for which neither plan nor flags name one; without it such a run is refused.</summary>
    public Target? DefaultTarget { get; init; }

    /// <summary>Every flag that was given, by its name such as <c>--rate</c>, with its value, in the order of the command line; a switch has no value.</summary>
    public IReadOnlyList<(string Name, string? Value)> Given { get; init; } = [];

    /// <summary>These flags and one more.</summary>
    public PlanFlags With(string name, params string[] values)
        => this with { Given = [.. Given, .. values.Length == 0 ? [(name, null)] : values.Select(value => (name, (string?)value))] };

    /// <summary>Whether a flag was given.</summary>
    public bool Has(string name) => Given.Any(each => each.Name == name);

    /// <summary>Whether a flag was given.</summary>
    internal bool Has(PlanFlag flag) => Has(flag.Name);
}

/// <summary>A flag that sets a key of the plan.</summary>
/// <param name="Name">Such as <c>--rate</c>.</param>
/// <param name="Value">What the help calls its value; <see langword="null"/> for a switch.</param>
/// <param name="Help">One sentence for the help.</param>
/// <param name="Group">Where the help has it.</param>
public sealed record PlanFlag(string Name, string? Value, string Help, FlagGroup Group)
{
    /// <summary>Other names, such as <c>-r</c>.</summary>
    public IReadOnlyList<string> Aliases { get; init; } = [];

    /// <summary>What separates the values of a list; empty if the flag takes one value. A list may also be given by repeating the flag.</summary>
    public string Separators { get; init; } = "";

    /// <summary>Whether the flag may be repeated although its value is not split.</summary>
    public bool IsRepeatable { get; init; }

    /// <summary>Whether its value may hold a secret, which lists of processes must not show.</summary>
    public bool HasSecret { get; init; }

    /// <summary>A value as it is written on the command line.</summary>
    public required string Example { get; init; }

    /// <summary>The values that it may have, if they are few.</summary>
    public IReadOnlyList<string> Choices { get; init; } = [];

    /// <summary>The default, for the help; <see langword="null"/> if there is none to tell.</summary>
    public string? Default { get; init; }

    /// <summary>Whether it may be given more than once.</summary>
    public bool IsList => IsRepeatable || Separators.Length > 0;

    /// <summary>What was written, with the flag as its place; <see langword="null"/> if it was not given.</summary>
    internal IReadOnlyList<Written>? ValuesIn(PlanFlags flags) => !flags.Has(this) ? null
        : [.. flags.Given.Where(each => each.Name == Name && each.Value is not null)
            .SelectMany(each => Separators.Length > 0 ? each.Value!.Split(Separators.ToCharArray(), StringSplitOptions.TrimEntries) : [each.Value!])
            .Select(text => new Written(text, Place.OfFlag(Name)))];

    /// <summary>The only value.</summary>
    internal Written? ValueIn(PlanFlags flags) => ValuesIn(flags)?[0];

    /// <summary>What the flag says, as the plan would say it.</summary>
    internal PlanNode? NodeOf(PlanFlags flags) => !flags.Has(this) ? null
        : Value is null ? new PlanNode.Scalar(Place.OfFlag(Name), "true", IsQuoted: true)
        : IsList ? new PlanNode.Sequence(Place.OfFlag(Name), [.. ValuesIn(flags)!.Select(PlanNode.Of)])
        : PlanNode.Of(ValueIn(flags)!);
}

/// <summary>The groups of flags in the help; their names are its headings.</summary>
public enum FlagGroup
{
    /// <summary>What is loaded, and whom it is trusted by.</summary>
    [JsonStringEnumMemberName("What to load")]
    Target,

    /// <summary>How much load, and for how long.</summary>
    [JsonStringEnumMemberName("How much load")]
    Load,

    /// <summary>What each handshake offers and does.</summary>
    [JsonStringEnumMemberName("What each handshake is")]
    Handshake,

    /// <summary>What must hold, and what may be used.</summary>
    [JsonStringEnumMemberName("Limits and thresholds")]
    Run,
}
