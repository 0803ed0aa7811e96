using System.CommandLine;
using LoadGen.BuiltIn;
using LoadGen.Cluster.Nodes;
using LoadGen.Running;

namespace LoadGen.Commands;

/// <summary><c>loadgen run</c>: one run in this process.</summary>
internal sealed class RunCommand
{
    private static readonly TimeSpan FormWithin = TimeSpan.FromSeconds(60);

    private readonly PlanOptions _plan = new();
    private readonly OutputFlags _output = new();
    private readonly Flag<int> _workers = new("--workers", FlagGroups.Node)
    {
        HelpName = "N",
        Description = "Workers in this process.",
        DefaultValueFactory = _ => 1,
    };

    private readonly TokenFlag _token = new();
    private readonly KeyLogFlag _keyLog = new();

    public static Verb Create()
    {
        var run = new RunCommand();
        var command = new Command("run", "Runs a plan in this process. Without a target it loads the built-in one.");
        run._plan.AddTo(command);
        command.Add(run._workers);
        run._output.AddTo(command);
        run._token.AddTo(command);
        run._keyLog.AddTo(command);
        command.SetAction((parse, cancellation) => run.ExecuteAsync(parse, cancellation));
        return new Verb(command,
        [
            "loadgen run",
            "loadgen run --target 127.0.0.1:8443 --cacert ca.pem --rate 300 --duration 10s",
            "loadgen run --target 127.0.0.1:8443 --insecure --concurrency 32 --count 10000 --tls 1.2",
            "loadgen run plan.yaml --threshold 'p99<50ms,failures<0.1%' --json result.json",
        ]);
    }

    private async Task<int> ExecuteAsync(ParseResult parse, CancellationToken cancellation)
    {
        var problems = new Problems();
        var workers = parse.GetValue(_workers);
        if (workers is < 1 or > 64)
        {
            problems.Add($"--workers: {workers} is out of range; write a number from 1 to 64");
        }

        var metrics = _output.ReadMetrics(parse, problems);
        var token = _token.Read(parse, problems);
        using var results = _output.OpenResults(parse, problems);
        using var keyLog = _keyLog.Open(parse, problems);
        if (problems.Any)
        {
            return problems.Tell();
        }

        var file = _plan.FileOf(parse);
        var flags = _plan.FlagsOf(parse);
        await using var target = file is null && !flags.Has("--target")
            ? await TargetProcess.StartAsync(givesSessions: flags.Has("--resume"), cancellation)
            : null;
        if (PlanSource.Read(file, flags with { DefaultTarget = target?.Target }) is not { } plan)
        {
            return ExitCode.Usage;
        }

        _keyLog.Check(keyLog, plan, problems);
        foreach (var sentence in RunLimits.OfProcess.FindTooLow(plan, workers, hasPage: metrics.Listen is not null))
        {
            problems.Add(sentence);
        }

        if (problems.Any)
        {
            return problems.Tell();
        }

        // Known to the nodes of this process alone, and made when the first of them connects to another.
        var identity = new Lazy<NodeIdentity>(() => NodeIdentity.Of(NodeIdentity.NewSecret()));
        var run = new CoordinatedRun
        {
            Plan = plan,
            Node = new NodeOptions { Roles = [NodeOptions.CoordinatorRole, NodeOptions.WorkerRole], JoinWithin = FormWithin, Identity = () => identity.Value },
            WorkersHere = workers,
            MinWorkers = workers,
            Console = _output.ConsoleOf(parse),
            Quiet = _output.IsQuiet(parse),
            Results = results,
            Metrics = metrics,
            Token = token,
            OwnTarget = target,
            KeyLog = keyLog,
        };
        return await run.ExecuteAsync();
    }
}
