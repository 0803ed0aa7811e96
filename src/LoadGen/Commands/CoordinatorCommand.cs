using System.CommandLine;
using System.Net;
using LoadGen.Cluster.Nodes;
using LoadGen.Metrics;
using LoadGen.Running;
using LoadGen.Web;
using Spectre.Console;

namespace LoadGen.Commands;

/// <summary><c>loadgen coordinator</c>: waits for workers, runs a plan with them, exits with the verdict.</summary>
internal sealed class CoordinatorCommand
{
    private readonly PlanOptions _plan = new();
    private readonly OutputFlags _output = new();
    private readonly NodeFlags _node = new("127.0.0.1:4053");
    private readonly Flag<int> _minWorkers = new("--min-workers", FlagGroups.Node)
    {
        HelpName = "N",
        Description = "Workers to wait for before the run starts.",
        DefaultValueFactory = _ => 1,
    };

    private readonly Flag<bool> _standby = new("--standby", FlagGroups.Node)
    {
        Description = "Stand by for the coordinator at --seed, and take over its run if it is lost.",
    };

    private readonly Flag<string[]> _seeds = new("--seed", FlagGroups.Node)
    {
        HelpName = "HOST:PORT",
        Description = "Cluster address of the coordinator to stand by for.",
    };

    private readonly TokenFlag _token = new();

    public static Verb Create()
    {
        var coordinator = new CoordinatorCommand();
        var command = new Command("coordinator", "Coordinates a run: waits for workers, runs the plan, exits with the verdict. Without a plan it keeps running and accepts plans over HTTP.");
        coordinator._plan.AddTo(command);
        command.Add(coordinator._minWorkers);
        command.Add(coordinator._standby);
        command.Add(coordinator._seeds);
        coordinator._token.AddTo(command);
        coordinator._node.AddTo(command);
        coordinator._output.AddTo(command);
        command.SetAction((parse, _) => coordinator.ExecuteAsync(parse));
        return new Verb(command,
        [
            "loadgen coordinator plan.yaml --min-workers 2",
            "loadgen coordinator --standby --seed 10.0.0.5:4053 --listen 10.0.0.7:4053 --json result.json",
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

        var standby = parse.GetValue(_standby);
        var seeds = parse.GetValue(_seeds) ?? [];
        if (standby != seeds.Length > 0)
        {
            problems.Add(standby ? "--standby: no coordinator is named; add --seed host:port" : "--seed: only a standby coordinator joins another one; add --standby");
        }

        var metrics = _output.ReadMetrics(parse, problems);
        if (_node.Read(parse, NodeOptions.CoordinatorRole, seeds, problems) is not { } node)
        {
            return problems.Tell();
        }

        var names = _plan.FileOf(parse) is not null || _plan.FlagsOf(parse).Has("--target");
        if (!standby && !names)
        {
            return await WaitAsync(parse, node, metrics, minWorkers);
        }

        var token = _token.Read(parse, problems);
        using var results = _output.OpenResults(parse, problems);
        if (problems.Any)
        {
            return problems.Tell();
        }

        // A standby learns the plan from the workers; it needs one of its own only to start a run that had not begun.
        var plan = standby && !names ? null : PlanSource.Read(_plan.FileOf(parse), _plan.FlagsOf(parse));
        if (plan is null && !standby)
        {
            return ExitCode.Usage;
        }

        if (plan is not null && PlanSecrets.WhyNotSent(plan, node) is { } why)
        {
            problems.Add(why);
            return problems.Tell();
        }

        var console = _output.ConsoleOf(parse);
        if (!_output.IsQuiet(parse) && !standby)
        {
            console.MarkupLineInterpolated($"[grey]start workers with: loadgen worker --seed {node.AdvertiseHost ?? node.ListenHost}:{node.AdvertisePort ?? node.ListenPort}[/]");
        }

        var run = new CoordinatedRun
        {
            Plan = plan,
            Standby = standby,
            Node = node,
            MinWorkers = minWorkers,
            Console = console,
            Quiet = _output.IsQuiet(parse),
            Results = results,
            Metrics = metrics,
            Token = token,
        };
        return await run.ExecuteAsync();
    }

    private async Task<int> WaitAsync(ParseResult parse, NodeOptions node, MetricsOptions metrics, int minWorkers)
    {
        var problems = new Problems();
        var token = _token.Read(parse, problems);
        if (metrics.Listen is not { } listen)
        {
            problems.Add("no plan: name a file or --target, or accept plans over HTTP with --http HOST:PORT");
        }
        else if (token.Value is null && !IPAddress.IsLoopback(listen.Address))
        {
            problems.Add($"--http: {listen} is reachable from other machines; protect it with --token-file or {ApiToken.Variable}");
        }

        using var results = _output.OpenResults(parse, problems, summarizes: false);
        return problems.Any
            ? problems.Tell()
            : await new WaitingCoordinator { Node = node, MinWorkers = minWorkers, Metrics = metrics, Token = token, Results = results }.ExecuteAsync();
    }
}
