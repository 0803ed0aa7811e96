using System.CommandLine;
using System.CommandLine.Help;
using LoadGen;
using LoadGen.BuiltIn;
using LoadGen.Cluster.Nodes;
using LoadGen.Commands;

OutOfMemory.EndProcess();
using var streams = StandardStreams.Guard();
SocketThreads.Inline();
Verb[] verbs =
[
    RunCommand.Create(), CoordinatorCommand.Create(), WorkerCommand.Create(), SubmitCommand.Create(), ProbeCommand.Create(), CheckCommand.Create(), TargetCommand.Create(),
];
var root = new RootCommand("A distributed TLS handshake load generator that tells the truth about what it saw.");
foreach (var verb in verbs)
{
    root.Add(verb.Command);
}

var examples = verbs.ToDictionary(verb => verb.Command, verb => verb.Examples);
examples.Add(root, [.. verbs.Select(verb => verb.Examples[0])]);
foreach (var option in root.Options.OfType<HelpOption>())
{
    option.Action = new ExamplesHelp((HelpAction)option.Action!, examples);
}

var parsed = root.Parse(args);

// Who asks for help need not name what is required.
if (parsed.Errors.Count > 0 && parsed.Action is not ExamplesHelp)
{
    foreach (var error in parsed.Errors)
    {
        Console.Error.WriteLine($"loadgen: {error.Message}");
    }

    Console.Error.WriteLine($"loadgen: see 'loadgen {string.Join(' ', args.TakeWhile(arg => !arg.StartsWith('-')).Take(1))} --help'");
    return ExitCode.Usage;
}

try
{
    // Signals are the verbs' own business: the first one ends a run in order.
    return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
}
catch (Exception error) when (error is NodeStartException or TargetProcessException or IOException)
{
    Console.Error.WriteLine($"loadgen: {error.Message}");
    return ExitCode.Fault;
}
