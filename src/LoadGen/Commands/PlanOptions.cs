using System.CommandLine;
using System.CommandLine.Parsing;
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

    /// <summary>The flags as they were written, in their order.</summary>
    public PlanFlags FlagsOf(ParseResult parse)
    {
        var given = new List<(string, string?)>();
        PlanFlag? flag = null;
        foreach (var token in parse.Tokens)
        {
            if (token.Type == TokenType.Option)
            {
                var (found, option) = _flags.FirstOrDefault(each => each.Option.Name == token.Value || each.Option.Aliases.Contains(token.Value));
                flag = found;
                if (option is Flag<bool> isGiven && parse.GetValue(isGiven))
                {
                    given.Add((found.Name, null));
                    flag = null;
                }
            }
            else if (flag is not null && token.Type == TokenType.Argument)
            {
                // What follows the value is none of it: the plan file, for one.
                given.Add((flag.Name, token.Value));
                flag = null;
            }
        }

        return PlanFlags.None with { Given = given };
    }

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
