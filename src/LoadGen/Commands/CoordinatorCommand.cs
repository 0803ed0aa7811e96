using System.CommandLine;
using LoadGen.Cluster.Nodes;
using LoadGen.Running;
using Spectre.Console;

namespace LoadGen.Commands;

/// <summary><c>loadgen coordinator</c>: waits for workers, runs a plan with them, exits with the verdict.</summary>
internal sealed class CoordinatorCommand
{
    private readonly PlanOptions _plan = new();
    private readonly OutputFlags _output = new();
    private readonly NodeFlags _node = new("127.0.0.1:4053");
    private readonly Option<int> _minWorkers = new("--min-workers")
    {
        HelpName = "N",
        Description = "How many workers to wait for.",
        DefaultValueFactory = _ => 1,
    };

    public static Verb Create()
    {
        var coordinator = new CoordinatorCommand();
        var command = new Command("coordinator", "A coordinator node: waits for workers, runs the plan, exits with the verdict.");
        coordinator._plan.AddTo(command);
        command.Add(coordinator._minWorkers);
        coordinator._node.AddTo(command);
        coordinator._output.AddTo(command);
        command.SetAction((parse, _) => coordinator.ExecuteAsync(parse));
        return new Verb(command,
        [
            "loadgen coordinator plan.yaml --min-workers 2",
            "loadgen coordinator --target 10.0.0.9:443 --rate 2000 --duration 5m --min-workers 4 --listen 10.0.0.5:4053 --node-cert me.pem --node-key me.key --node-ca ca.pem",
        ]);
    }

    private async Task<int> ExecuteAsync(ParseResult parse)
    {
        var problems = new Problems();
        var minWorkers = parse.GetValue(_minWorkers);
        if (minWorkers < 1)
        {
            problems.Add($"--min-workers: {minWorkers} is out of range; write a number from 1 up");
        }

        var (metricsListen, linger) = _output.ReadMetrics(parse, problems);
        if (_node.Read(parse, NodeOptions.CoordinatorRole, [], problems) is not { } node)
        {
            return problems.Tell();
        }

        if (PlanSource.Read(_plan.FileOf(parse), _plan.FlagsOf(parse)) is not { } plan)
        {
            return ExitCode.Usage;
        }

        var console = _output.ConsoleOf(parse);
        if (!_output.IsQuiet(parse))
        {
            console.MarkupLineInterpolated($"[grey]workers join with: loadgen worker --seed {node.AdvertiseHost ?? node.ListenHost}:{node.AdvertisePort ?? node.ListenPort}[/]");
        }

        var run = new CoordinatedRun
        {
            Plan = plan,
            Node = node,
            MinWorkers = minWorkers,
            Console = console,
            Quiet = _output.IsQuiet(parse),
            Json = _output.JsonOf(parse),
            MetricsListen = metricsListen,
            Linger = linger,
        };
        return await run.ExecuteAsync();
    }
}
