using System.CommandLine;
using System.Collections;

namespace LoadGen.Commands;

/// <summary>
/// The flags that variables of the environment stand for: <c>LOADGEN_MAX_CONNECTIONS=500</c> is <c>--max-connections 500</c>, unless the
/// command line has that flag. Values of a list are separated by commas; a switch is true or false.
/// </summary>
internal sealed class FlagsOfEnvironment
{
    private const string Prefix = "LOADGEN_";

    private FlagsOfEnvironment(IReadOnlyList<string> arguments, IReadOnlyList<string> variables, IReadOnlyList<string> problems)
        => (Arguments, Variables, Problems) = (arguments, variables, problems);

    /// <summary>What to add to the command line.</summary>
    public IReadOnlyList<string> Arguments { get; }

    /// <summary>The variables that are in use.</summary>
    public IReadOnlyList<string> Variables { get; }

    /// <summary>What is wrong with them.</summary>
    public IReadOnlyList<string> Problems { get; }

    /// <summary>The variable of a flag.</summary>
    public static string VariableOf(Option option) => Prefix + option.Name.TrimStart('-').Replace('-', '_').ToUpperInvariant();

    /// <summary>Reads what the verb on a command line has no flag for.</summary>
    public static FlagsOfEnvironment Of(ParseResult parsed, IDictionary environment)
    {
        var (arguments, variables, problems) = (new List<string>(), new List<string>(), new List<string>());
        var options = parsed.CommandResult.Command.Options.Where(option => option is IFlag).ToLookup(option => parsed.GetResult(option) is { Implicit: false });

        // A hidden flag is one that the program gives to a process that it starts: that one is told everything.
        if (options[true].Any(option => option.Hidden))
        {
            return new FlagsOfEnvironment([], [], []);
        }

        foreach (var option in options[false])
        {
            var variable = VariableOf(option);
            if (environment[variable] is not string { Length: > 0 } value)
            {
                continue;
            }

            variables.Add(variable);
            switch (option)
            {
                case Flag<bool> when bool.TryParse(value, out var isOn):
                    arguments.AddRange(isOn ? [option.Name] : []);
                    break;
                case Flag<bool>:
                    problems.Add($"{variable}: '{value}' is neither true nor false");
                    break;
                case Flag<string[]>:
                    arguments.AddRange(value.Split(',').SelectMany(each => (string[])[option.Name, each.Trim()]));
                    break;
                default:
                    arguments.AddRange([option.Name, value]);
                    break;
            }
        }

        return new FlagsOfEnvironment(arguments, variables, problems);
    }
}
