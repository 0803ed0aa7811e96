using System.CommandLine;
using LoadGen.Cluster.Nodes;
using LoadGen.Metrics;
using LoadGen.Running;
using LoadGen.Running.Outputs;
using LoadGen.Web;

namespace LoadGen.Commands;

/// <summary><c>loadgen worker</c>: joins, takes work, leaves when told.</summary>
internal sealed class WorkerCommand
{
    private readonly NodeFlags _node = new("127.0.0.1:0");
    private readonly MetricsFlags _metrics = new();
    private readonly Flag<string?> _terminationLog = OutputFlags.FlagOf(TerminationLog.Kind);
    private readonly Flag<string[]> _seeds = new("--seed", FlagGroups.Node)
    {
        HelpName = "HOST:PORT",
        Description = "Cluster address of the coordinator, and of its standby if there is one.",
        DefaultValueFactory = _ => ["127.0.0.1:4053"],
    };

    private readonly Flag<string> _out = new("--out", FlagGroups.Output, "-o")
    {
        HelpName = "DIR",
        Description = "Folder for the partial result of this worker if the coordinator is lost.",
        DefaultValueFactory = _ => ".",
    };

    private readonly KeyLogFlag _keyLog = new();

    private readonly Flag<string> _weight = new("--weight", FlagGroups.Node)
    {
        HelpName = "N|cores",
        Description = "Share of the load relative to other workers: 1 to 1000, or cores for the number of processors.",
        DefaultValueFactory = _ => "1",
    };

    public static Verb Create()
    {
        var worker = new WorkerCommand();
        var command = new Command("worker", "Joins a coordinator and works for it until it is released.") { worker._seeds };
        worker._node.AddTo(command);
        command.Add(worker._out);
        command.Add(worker._weight);
        worker._metrics.AddTo(command);
        command.Add(worker._terminationLog);
        worker._keyLog.AddTo(command);
        command.SetAction((parse, _) => worker.ExecuteAsync(parse));
        return new Verb(command, ["loadgen worker --seed 127.0.0.1:4053", "loadgen worker --seed 10.0.0.5:4053 --listen 10.0.0.6:0 --node-cert me.pem --node-key me.key --node-ca ca.pem"]);
    }

    private async Task<int> ExecuteAsync(ParseResult parse)
    {
        var problems = new Problems();
        var delivery = _metrics.Read(parse, problems);
        if (WeightOf(parse.GetValue(_weight)!) is not { } weight)
        {
            problems.Add($"--weight: '{parse.GetValue(_weight)}' is not a weight; write a number from 1 to 1000, or cores");
            weight = 1;
        }

        using var partial = OpenOut(parse, problems);
        using var keyLog = _keyLog.Open(parse, problems);
        using var outputs = new ResultOutputs([.. parse.GetValue(_terminationLog) is { } file && TerminationLog.Kind.TryOpen(file, problems) is { } log ? (IResultSink[])[log] : []]);
        if (_node.Read(parse, NodeOptions.WorkerRole, parse.GetValue(_seeds) ?? [], problems) is not { } options)
        {
            return problems.Tell();
        }

        var metrics = new NodeMetrics();
        await using var endpoint = delivery.Listen is { } listen ? await NodeEndpoint.StartAsync(listen, metrics) : null;
        if (endpoint is not null)
        {
            Console.WriteLine($"metrics on {endpoint.Address}/metrics");
        }

        await using var node = ClusterNode.Start(options);
        var worker = node.StartWorker(WorkerName.Own, Workers.Services(metrics, keyLog) with
        {
            Weight = weight,
            Patience = options.JoinWithin,
            Abandoned = run => PartialResult.Write(run, partial!),
        });
        using var signals = new StopSignals(number =>
        {
            if (number == 1)
            {
                worker.Leave();
            }
            else
            {
                Environment.Exit(ExitCode.Aborted);
            }
        });
        endpoint?.BecomeReady();
        if (await Task.WhenAny(worker.Released, node.Terminated) == worker.Released && await worker.Released != ExitCode.NotFormed)
        {
            var code = await worker.Released;
            await TellAsync(new UnfinishedRun([], code), outputs);
            await delivery.PushAsync(metrics, WorkerName.Own);
            await delivery.LingerAsync(signals.FirstSignal);
            return code;
        }

        var seeds = string.Join(", ", options.Seeds);
        var reason = node.Joined.IsCompleted ? $"the coordinator at {seeds} was lost" : WhyNotJoined(seeds, options);
        await TellAsync(new UnfinishedRun([reason], ExitCode.NotFormed), outputs);
        return ExitCode.NotFormed;
    }

    private static async Task TellAsync(UnfinishedRun run, ResultOutputs outputs)
    {
        foreach (var sentence in run.Sentences.Concat(outputs.Deliver(run)))
        {
            await Console.Error.WriteLineAsync($"loadgen: {sentence}");
        }
    }

    // The default folder need not be one that anything can be written into, as in a container: only a folder that was asked for is tried.
    private ResultFolder? OpenOut(ParseResult parse, Problems problems) => parse.GetResult(_out) is { Implicit: false }
        ? Output.TryOpen(_out.Name, parse.GetValue(_out)!, ResultFolder.Kind.Remedy, ResultFolder.Open, problems)
        : new ResultFolder(parse.GetValue(_out)!);

    private static int? WeightOf(string text) => text == "cores" ? Environment.ProcessorCount
        : int.TryParse(text, out var weight) && weight is >= 1 and <= 1000 ? weight
        : null;

    private static string WhyNotJoined(string seeds, NodeOptions options)
        => $"could not join a coordinator at {seeds}; is it up and reachable there, with "
            + (options.ClusterId is { } id ? $"the cluster id '{id}' (--cluster-id)" : "no --cluster-id either")
            + (options.Identity is null
                ? ", and as here without TLS (--insecure-cluster)?"
                : ", and does it prove itself as this node does: started by the same user, or with the same --node-secret, or certificates of the same --node-ca?");
}

/// <summary>The name of a worker process in results.</summary>
internal static class WorkerName
{
    /// <summary>
    /// Host and process, easy to find again, and a random part: a container that is started anew has the same of both.
    /// </summary>
    public static string Own { get; } = $"{Host}-{Environment.ProcessId}-{Random.Shared.Next(0x10000):x4}";

    // A machine may be called anything; coordinators take letters, digits, dots, hyphens and underscores.
    private static string Host => string.Concat(Environment.MachineName.Take(100)
        .Select(character => char.IsAsciiLetterOrDigit(character) || character is '.' or '_' ? character : '-'));
}
