using System.CommandLine;
using LoadGen.Core.Plans;
using LoadGen.Running.Outputs;
using LoadGen.Tls;

namespace LoadGen.Commands;

/// <summary>
/// The flag for a key log. It belongs to a process and not to a plan: whoever submits a plan must not make a worker write secrets
/// into a file.
/// </summary>
internal sealed class KeyLogFlag
{
    private readonly Flag<string?> _file = new("--keylog", FlagGroups.Output)
    {
        HelpName = "FILE",
        Description = "Append every session's secrets to FILE, to decrypt captured traffic.",
    };

    public void AddTo(Command command) => command.Add(_file);

    /// <summary>Opens the file and warns of it; <see langword="null"/> if there is no such flag, or the file cannot be written.</summary>
    public KeyLog? Open(ParseResult parse, Problems problems)
    {
        if (parse.GetValue(_file) is not { } path)
        {
            return null;
        }

        var log = Output.TryOpen(_file.Name, path, "name another file", KeyLog.Open, problems);
        if (log is not null)
        {
            Console.Error.WriteLine($"loadgen: warning: the secrets of every session are written to '{path}'; anyone who can read it can decrypt the traffic");
        }

        return log;
    }

    /// <summary>Refuses a plan whose engine writes no key log.</summary>
    public void Check(KeyLog? log, Plan plan, Problems problems)
    {
        if (log is not null && Engines.ExplainNoKeyLog(plan) is { } refusal)
        {
            problems.Add($"{_file.Name}: {refusal}");
        }
    }
}
