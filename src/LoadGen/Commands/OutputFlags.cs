using System.CommandLine;
using LoadGen.Metrics;
using LoadGen.Running;
using Spectre.Console;

namespace LoadGen.Commands;

/// <summary>The flags that say where results and metrics go.</summary>
internal sealed class OutputFlags
{
    private const int UnwrappedColumns = 1000;

    private readonly Flag<string?> _json = new("--json", FlagGroups.Output) { HelpName = "FILE|-", Description = "Write the result as JSON; - for standard output." };
    private readonly Flag<string?> _out = new("--out", FlagGroups.Output, "-o")
    {
        HelpName = "DIR",
        Description = "Keep the result there, as RUN.json; the live page shows what is kept there.",
    };

    private readonly Flag<bool> _quiet = new("--quiet", FlagGroups.Output, "-q") { Description = "Show neither progress nor summary." };
    private readonly MetricsFlags _metrics = new();
    private readonly TerminationLogFlag _terminationLog = new();

    public void AddTo(Command command)
    {
        AddResultTo(command);
        command.Add(_out);
        _terminationLog.AddTo(command);
        _metrics.AddTo(command);
    }

    /// <summary>For a verb that serves no metrics.</summary>
    public void AddResultTo(Command command)
    {
        command.Add(_json);
        command.Add(_quiet);
    }

    /// <summary>Opens what the result goes to.</summary>
    public ResultOutputs OpenResults(ParseResult parse, Problems problems) => ResultOutputs.Open(parse.GetValue(_json), parse.GetValue(_out), problems);

    public TerminationLog OpenTerminationLog(ParseResult parse, Problems problems) => _terminationLog.Open(parse, problems);

    public bool IsQuiet(ParseResult parse) => parse.GetValue(_quiet);

    /// <summary>Where progress and summary go: standard output, unless the result does.</summary>
    public IAnsiConsole ConsoleOf(ParseResult parse)
    {
        var console = Output.IsStandardOutput(parse.GetValue(_json))
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
