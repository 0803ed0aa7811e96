using System.CommandLine;
using LoadGen.Core;
using LoadGen.Core.Plans;

namespace LoadGen.Commands;

/// <summary>The flags that describe a run, made from the keys of a plan, and the plan file that they override.</summary>
internal sealed class PlanOptions
{
    private readonly Argument<string?> _file = new("PLAN.yaml")
    {
        Description = "The plan; - for standard input. Flags override it.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly List<(PlanFlag Flag, Option Option)> _flags;

    /// <param name="names">Which flags; all of them if none is named.</param>
    public PlanOptions(params string[] names)
        => _flags = [.. PlanReference.Flags.Where(flag => names.Length == 0 || names.Contains(flag.Name)).Select(flag => (flag, OptionOf(flag)))];

    /// <summary>Adds the flags, and the plan file.</summary>
    public void AddTo(Command command)
    {
        command.Add(_file);
        AddFlagsTo(command);
    }

    /// <summary>Adds the flags alone.</summary>
    public void AddFlagsTo(Command command)
    {
        foreach (var (_, option) in _flags)
        {
            command.Add(option);
        }
    }

    /// <summary>The plan file that was named, if one was.</summary>
    public string? FileOf(ParseResult parse) => parse.GetValue(_file);

    /// <summary>The flags as they were written.</summary>
    public PlanFlags FlagsOf(ParseResult parse) => new()
    {
        Given = _flags
            .Where(each => parse.GetResult(each.Option) is { Implicit: false } && (each.Option is not Flag<bool> isGiven || parse.GetValue(isGiven)))
            .ToDictionary(each => each.Flag.Name, each => (IReadOnlyList<string>)[.. parse.GetResult(each.Option)!.Tokens.Select(token => token.Value)]),
    };

    private static Option OptionOf(PlanFlag flag)
    {
        string[] aliases = [.. flag.Aliases];
        Option option = flag.Value is null ? new Flag<bool>(flag.Name, flag.Group.Name(), aliases) { Default = flag.Default }
            : flag.IsList ? new Flag<string[]>(flag.Name, flag.Group.Name(), aliases) { Default = flag.Default, Arity = ArgumentArity.OneOrMore }
            : new Flag<string?>(flag.Name, flag.Group.Name(), aliases) { Default = flag.Default };
        option.HelpName = flag.Value;
        option.Description = flag.Help;
        option.CompletionSources.Add([.. flag.Choices]);
        return option;
    }
}
