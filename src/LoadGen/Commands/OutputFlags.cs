using System.CommandLine;
using LoadGen.Metrics;
using LoadGen.Running.Outputs;
using Spectre.Console;

namespace LoadGen.Commands;

/// <summary>The flags that say where results and metrics go.</summary>
internal sealed class OutputFlags
{
    private const int UnwrappedColumns = 1000;

    private readonly List<(OutputKind Kind, Flag<string?> Flag)> _outputs = [.. OutputKind.All.Select(kind => (kind, FlagOf(kind)))];
    private readonly Flag<bool> _quiet = new("--quiet", FlagGroups.Output, "-q") { Description = "Show neither progress nor summary." };
    private readonly MetricsFlags _metrics = new();

    /// <summary>The flag of an output.</summary>
    public static Flag<string?> FlagOf(OutputKind kind)
        => new(kind.Flag, FlagGroups.Output, kind.Alias is { } alias ? [alias] : []) { HelpName = kind.Value, Description = kind.Help };

    public void AddTo(Command command)
    {
        AddResultTo(command);
        _metrics.AddTo(command);
    }

    /// <summary>For a verb that serves no metrics.</summary>
    public void AddResultTo(Command command)
    {
        foreach (var (_, flag) in _outputs)
        {
            command.Add(flag);
        }

        command.Add(_quiet);
    }

    /// <summary>Opens what the outcome of a run goes to.</summary>
    /// <param name="parse">The command line.</param>
    /// <param name="problems">Takes what is wrong.</param>
    /// <param name="summarizes">Whether a summary is shown, unless the user wants none.</param>
    public ResultOutputs OpenResults(ParseResult parse, Problems problems, bool summarizes = true)
    {
        var sinks = _outputs
            .Select(output => parse.GetValue(output.Flag) is { } value ? output.Kind.TryOpen(value, problems) : null)
            .OfType<IResultSink>();
        return new ResultOutputs([.. sinks, .. summarizes && !IsQuiet(parse) ? (IResultSink[])[new SummaryText(ConsoleOf(parse))] : []]);
    }

    public bool IsQuiet(ParseResult parse) => parse.GetValue(_quiet);

    /// <summary>Where progress and summary go: standard output, unless the result does.</summary>
    public IAnsiConsole ConsoleOf(ParseResult parse)
    {
        var console = _outputs.Any(output => Output.IsStandardOutput(parse.GetValue(output.Flag)))
            ? AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) })
            : AnsiConsole.Console;
        if (!console.Profile.Out.IsTerminal)
        {
            // A file has no edge to wrap at; a line in it is found by its words.
            console.Profile.Width = UnwrappedColumns;
        }

        return console;
    }

    /// <summary>Where metrics go.</summary>
    public MetricsOptions ReadMetrics(ParseResult parse, Problems problems) => _metrics.Read(parse, problems);
}
