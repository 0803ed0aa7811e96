using System.CommandLine;
using LoadGen.Running;

namespace LoadGen.Commands;

/// <summary><c>loadgen submit</c>: hands a plan to a waiting coordinator, follows it, exits with its verdict.</summary>
internal sealed class SubmitCommand
{
    private readonly PlanOptions _plan = new();
    private readonly OutputFlags _output = new();
    private readonly TokenFlag _token = new();
    private readonly Flag<string> _to = new("--to", FlagGroups.Node)
    {
        HelpName = "URL",
        Description = "Address of the coordinator that accepts plans, such as http://127.0.0.1:9090.",
        Required = true,
    };

    public static Verb Create()
    {
        var submit = new SubmitCommand();
        var command = new Command("submit", "Submits a plan to a waiting coordinator, follows the run, exits with its verdict.") { submit._to };
        submit._plan.AddTo(command);
        submit._token.AddTo(command);
        submit._output.AddResultTo(command);
        command.SetAction((parse, _) => submit.ExecuteAsync(parse));
        return new Verb(command,
        [
            "loadgen submit plan.yaml --to http://127.0.0.1:9090",
            "loadgen submit plan.yaml --to http://10.0.0.5:9090 --token-file token --json result.json",
        ]);
    }

    private async Task<int> ExecuteAsync(ParseResult parse)
    {
        var problems = new Problems();
        var token = _token.Read(parse, problems);
        var toText = parse.GetValue(_to)!;
        if (!Uri.TryCreate(toText, UriKind.Absolute, out var to) || to.Scheme is not ("http" or "https"))
        {
            problems.Add($"--to: '{toText}' is not an address; write one such as http://127.0.0.1:9090");
        }

        using var results = _output.OpenResults(parse, problems);
        if (problems.Any)
        {
            return problems.Tell();
        }

        if (PlanSource.Read(_plan.FileOf(parse), _plan.FlagsOf(parse)) is not { } plan)
        {
            return ExitCode.Usage;
        }

        using var submission = new Submission(to!, token)
        {
            Console = _output.ConsoleOf(parse),
            Quiet = _output.IsQuiet(parse),
            Results = results,
        };
        return await submission.ExecuteAsync(plan);
    }
}
