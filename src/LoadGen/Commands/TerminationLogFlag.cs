using System.CommandLine;
using LoadGen.Running;

namespace LoadGen.Commands;

/// <summary><c>--termination-log</c>, of the verbs that run as containers.</summary>
internal sealed class TerminationLogFlag
{
    private readonly Flag<string?> _file = new("--termination-log", FlagGroups.Output)
    {
        HelpName = "FILE",
        Description = "Write the result in short here at the end, as JSON of less than 4,096 bytes; for Kubernetes.",
    };

    public void AddTo(Command command) => command.Add(_file);

    public TerminationLog Open(ParseResult parse, Problems problems) => TerminationLog.Open(parse.GetValue(_file), problems);
}
