using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using System.Reflection;
using System.Runtime.InteropServices;
using LoadGen.BuiltIn;
using LoadGen.Cluster.Nodes;
using LoadGen.Core.Plans.Reading;
using LoadGen.Tls;

namespace LoadGen.Commands;

/// <summary>The command line as a whole: finds the verb, refuses what it does not know, and runs it.</summary>
internal static class CommandLine
{
    // What other load generators call ours.
    private static readonly Dictionary<string, string> Elsewhere = new(StringComparer.Ordinal)
    {
        ["--no-color"] = "NO_COLOR=1 in the environment",
        ["--no-colour"] = "NO_COLOR=1 in the environment",
        ["--connect"] = "--target",
        ["--host"] = "--target",
        ["--url"] = "--target",
        ["--time"] = "--duration",
        ["--requests"] = "--count",
        ["--connections"] = "--concurrency",
        ["--clients"] = "--concurrency",
        ["--vus"] = "--concurrency",
        ["--reuse"] = "--resume",
        ["--interface"] = "--source",
        ["--unix-socket"] = "--target unix:/path",
        ["--haproxy-protocol"] = "--proxy-protocol",
        ["--haproxy-clientip"] = "--proxy-clients",
        ["--noservername"] = "--sni none",
    };

    // A value that begins with @ names a file of server names; it is no file of arguments.
    private static readonly ParserConfiguration AsWritten = new() { ResponseFileTokenReplacer = null };

    public static async Task<int> InvokeAsync(string[] args)
    {
        SecretArguments.Hide(args);
        var root = Root();
        if (args.Length > 0 && args[0].StartsWith("[suggest", StringComparison.Ordinal))
        {
            return await root.Parse(args).InvokeAsync();
        }

        var written = root.Parse(args.Length == 0 ? ["--help"] : args, AsWritten);
        var environment = FlagsOfEnvironment.Of(written, Environment.GetEnvironmentVariables());
        var parsed = environment.Arguments.Count == 0 ? written : root.Parse([.. args, .. environment.Arguments], AsWritten);
        var problems = Problems(parsed, environment);

        // Help needs nothing that the verb requires.
        if (problems.Count > 0 && parsed.Action is not (FlagHelp or VersionText))
        {
            return Refuse(problems, parsed, environment);
        }

        try
        {
            // Signals are the verbs' own business: the first one ends a run in order.
            var code = await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
            if (code == ExitCode.Usage)
            {
                Tell(environment);
            }

            return code;
        }
        catch (Exception error) when (error is NodeStartException or TargetProcessException or IOException)
        {
            Console.Error.WriteLine($"loadgen: {error.Message}");
            return ExitCode.Fault;
        }
    }

    private static RootCommand Root()
    {
        var root = new RootCommand("A distributed TLS handshake load generator that tells the truth about what it saw.");
        Verb[] verbs =
        [
            RunCommand.Create(), CoordinatorCommand.Create(), WorkerCommand.Create(), SubmitCommand.Create(), ProbeCommand.Create(), CheckCommand.Create(),
            TargetCommand.Create(), CompletionCommand.Create(),
        ];
        foreach (var verb in verbs)
        {
            root.Add(verb.Command);
        }

        var examples = verbs.ToDictionary(verb => verb.Command, verb => verb.Examples);
        examples.Add(root, [.. verbs.Select(verb => verb.Examples[0])]);
        foreach (var option in root.Options)
        {
            option.Action = option switch
            {
                HelpOption => new FlagHelp(examples),
                VersionOption => new VersionText(),
                _ => option.Action,
            };
        }

        return root;
    }

    // A flag that is not known would be taken for a plan, and what follows it for too much: it is the only problem then.
    private static List<string> Problems(ParseResult parsed, FlagsOfEnvironment environment)
    {
        var command = parsed.CommandResult.Command;
        var unknown = parsed.UnmatchedTokens
            .Concat(parsed.CommandResult.Children.OfType<ArgumentResult>().SelectMany(argument => argument.Tokens.Select(token => token.Value)))
            .Where(token => token.Length > 1 && token[0] == '-')
            .Select(token => token.Split('=')[0])
            .Select(name => $"no flag of {(command is RootCommand ? "loadgen" : command.Name)} is called {name}{Suggestion(name, command)}")
            .ToList();
        if (unknown.Count > 0)
        {
            return unknown;
        }

        if (command is RootCommand && parsed.UnmatchedTokens is [var verb, ..])
        {
            var verbs = command.Subcommands.Where(each => !each.Hidden).Select(each => each.Name).ToList();
            return [$"no verb is called {verb}; {DidYouMean.Remedy(verb, verbs)}"];
        }

        return [.. parsed.Errors.Select(error => error.Message), .. environment.Problems];
    }

    private static string Suggestion(string name, Command command)
    {
        var flags = command.Options.Where(option => !option.Hidden).SelectMany(option => option.Aliases.Prepend(option.Name)).Where(flag => flag.StartsWith("--", StringComparison.Ordinal));
        return (Elsewhere.GetValueOrDefault(name) ?? DidYouMean.Guess(name, flags)) is { } meant ? $"; did you mean {meant}?" : "";
    }

    private static int Refuse(List<string> problems, ParseResult parsed, FlagsOfEnvironment environment)
    {
        foreach (var problem in problems)
        {
            Console.Error.WriteLine($"loadgen: {problem}");
        }

        Tell(environment);
        var verb = parsed.CommandResult.Command is RootCommand ? "" : $" {parsed.CommandResult.Command.Name}";
        Console.Error.WriteLine($"loadgen: see 'loadgen{verb} --help'");
        return ExitCode.Usage;
    }

    private static void Tell(FlagsOfEnvironment environment)
    {
        if (environment.Variables.Count > 0)
        {
            Console.Error.WriteLine($"loadgen: set in the environment: {string.Join(", ", environment.Variables)}");
        }
    }
}

/// <summary>One verb of the program, with examples for its help.</summary>
internal sealed record Verb(Command Command, string[] Examples);

/// <summary><c>loadgen --version</c>: the program, what it runs on, its engines and the libraries that do their cryptography.</summary>
internal sealed class VersionText : SynchronousCommandLineAction
{
    public override int Invoke(ParseResult parseResult)
    {
        var program = typeof(VersionText).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;
        Console.WriteLine($"loadgen {program}");
        Console.WriteLine($"  runtime    {RuntimeInformation.FrameworkDescription} on {RuntimeInformation.RuntimeIdentifier}");
        foreach (var (engine, libraries) in Engines.Libraries)
        {
            Console.WriteLine($"  engine     {engine}: {libraries}");
        }

        return ExitCode.Pass;
    }
}
