using System.CommandLine;
using System.CommandLine.Invocation;
using Spectre.Console;

namespace LoadGen.Commands;

/// <summary>The help: how a verb is used, its flags in groups with their defaults, examples. As wide as the terminal.</summary>
internal sealed class FlagHelp(IReadOnlyDictionary<Command, string[]> examples) : SynchronousCommandLineAction
{
    private const int LongestName = 30;
    private const string DefaultGroup = FlagGroups.Other;

    public override int Invoke(ParseResult parseResult)
    {
        var command = parseResult.CommandResult.Command;
        Write(command, AnsiConsole.Console);
        return ExitCode.Pass;
    }

    private void Write(Command command, IAnsiConsole console)
    {
        console.WriteLine(command.Description!);
        console.WriteLine();
        Heading("Usage", console);
        Line($"  {Usage(command)}", console);
        console.WriteLine();
        Rows("Verbs", command.Subcommands.Where(verb => !verb.Hidden).Select(verb => (verb.Name, verb.Description!)), console);
        Rows("Arguments", command.Arguments.Select(argument => (argument.Name, argument.Description!)), console);
        foreach (var group in command.Options.Concat(Recursive(command)).Where(option => !option.Hidden).GroupBy(option => (option as IFlag)?.Group ?? DefaultGroup).OrderBy(group => group.Key == DefaultGroup))
        {
            Rows(group.Key, group.Select(option => (NameOf(option), DescriptionOf(option))), console);
        }

        if (command is not RootCommand)
        {
            console.WriteLine("Every flag can also be set in the environment:");
            console.WriteLine("--max-connections 500 is LOADGEN_MAX_CONNECTIONS=500.");
            console.WriteLine();
        }

        Heading("Examples", console);
        foreach (var example in examples[command])
        {
            Line($"  {example}", console);
        }
    }

    private static string Usage(Command command) => command is RootCommand
        ? "loadgen VERB [flags]"
        : $"loadgen {command.Name}{string.Concat(command.Arguments.Select(argument => argument.Arity.MinimumNumberOfValues > 0 ? $" {argument.Name}" : $" [{argument.Name}]"))} [flags]";

    private static IEnumerable<Option> Recursive(Command command)
        => command.Parents.OfType<Command>().SelectMany(parent => parent.Options.Where(option => option.Recursive));

    private static string NameOf(Option option)
    {
        var aliases = option.Aliases.Where(alias => alias.Length <= 2 && alias != "-?" && alias != "/h" && alias != "/?").ToList();
        var value = option.HelpName is { } name ? $" {name}" : "";
        return $"{(aliases.Count > 0 ? $"{aliases[0]}, " : "    ")}{option.Name}{value}";
    }

    private static string DescriptionOf(Option option)
        => $"{option.Description}{(option.Required ? " (required)" : (option as IFlag)?.Default is { } shown ? $" [default: {shown}]" : "")}";

    private static void Rows(string heading, IEnumerable<(string Name, string Description)> rows, IAnsiConsole console)
    {
        var all = rows.ToList();
        if (all.Count == 0)
        {
            return;
        }

        Heading(heading, console);
        var width = Math.Min(LongestName, all.Max(row => row.Name.Length));
        var grid = new Grid();
        grid.AddColumn(new GridColumn { Width = width + 2, NoWrap = true, Padding = new Padding(0) });
        grid.AddColumn(new GridColumn { Padding = new Padding(2, 0, 0, 0) });
        foreach (var (name, description) in all)
        {
            grid.AddRow(new Text($"  {name}"), new Text(description));
        }

        // A grid fills its lines with spaces, which a file does not need.
        var text = new StringWriter();
        var plain = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, Out = new AnsiConsoleOutput(text) });
        plain.Profile.Width = console.Profile.Width;
        plain.Write(grid);
        foreach (var line in text.ToString().Split('\n'))
        {
            Line(line.TrimEnd(), console);
        }
    }

    // The terminal may break a line that is meant to be copied; nothing else does.
    private static void Line(string text, IAnsiConsole console) => console.Profile.Out.Writer.WriteLine(text);

    private static void Heading(string text, IAnsiConsole console) => console.Write(new Markup($"[bold]{text.EscapeMarkup()}:[/]\n"));
}
