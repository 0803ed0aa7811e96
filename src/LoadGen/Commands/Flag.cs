using System.CommandLine;

namespace LoadGen.Commands;

/// <summary>A flag as the help shows it.</summary>
internal interface IFlag
{
    /// <summary>The heading that it stands under.</summary>
    string Group { get; }

    /// <summary>What it is if it is not given; <see langword="null"/> if there is nothing to tell.</summary>
    string? Default { get; }
}

/// <summary>A flag of a verb.</summary>
internal sealed class Flag<T>(string name, string group, params string[] aliases) : Option<T>(name, aliases), IFlag
{
    private readonly string? _default;

    public string Group => group;

    public string? Default
    {
        get => _default ?? (!HasDefaultValue ? null : GetDefaultValue() switch
        {
            null or false => null,
            string[] values => string.Join(", ", values),
            var value => $"{value}",
        });
        init => _default = value;
    }
}

/// <summary>The headings of the help that are not a plan's.</summary>
internal static class FlagGroups
{
    public const string Output = "Output";
    public const string Metrics = "Metrics, live page and API";
    public const string Node = "This node and its cluster";
    public const string Security = "Who may be a node";
    public const string Target = "The built-in target";
    public const string Other = "Other";
}
