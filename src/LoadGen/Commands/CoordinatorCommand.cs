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
        Description = "How many workers to wait for.",
        DefaultValueFactory = _ => 1,
    };

    private readonly Flag<bool> _standby = new("--standby", FlagGroups.Node)
    {
        Description = "Wait beside the coordinator at --seed, and take the run over if that is lost.",
    };

    private readonly Flag<string[]> _seeds = new("--seed", FlagGroups.Node)
    {
        HelpName = "HOST:PORT",
        Description = "Where the coordinator listens that this one stands by for; repeatable.",
    };

    private readonly TokenFlag _token = new();

    public static Verb Create()
    {
        var coordinator = new CoordinatorCommand();
        var command = new Command("coordinator", "A coordinator node: waits for workers, runs the plan, exits with the verdict. Without a plan it stays, and takes plans over HTTP.");
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
            problems.Add(standby ? "--standby: nobody to stand by for; name the coordinator with --seed host:port" : "--seed: only a standby joins another coordinator; add --standby");
        }

        var metrics = _output.ReadMetrics(parse, problems);
        if (_node.Read(parse, NodeOptions.CoordinatorRole, seeds, problems) is not { } node)
        {
            return problems.Tell();
        }

        var names = _plan.FileOf(parse) is not null || _plan.FlagsOf(parse).Given.ContainsKey("--target");
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
            console.MarkupLineInterpolated($"[grey]workers join with: loadgen worker --seed {node.AdvertiseHost ?? node.ListenHost}:{node.AdvertisePort ?? node.ListenPort}[/]");
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
            problems.Add("there is no plan: name a file, or --target; or give --http HOST:PORT to take plans there");
        }
        else if (token.Value is null && !IPAddress.IsLoopback(listen.Address))
        {
            problems.Add($"--http: {listen} can be reached from other machines: give --token-file, or set {ApiToken.Variable}, so that not everybody can start a load");
        }

        using var results = _output.OpenResults(parse, problems, summarizes: false);
        return problems.Any
            ? problems.Tell()
            : await new WaitingCoordinator { Node = node, MinWorkers = minWorkers, Metrics = metrics, Token = token, Results = results }.ExecuteAsync();
    }
}
