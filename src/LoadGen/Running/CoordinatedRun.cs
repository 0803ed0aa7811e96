using LoadGen.BuiltIn;
using LoadGen.Cluster.Nodes;
using LoadGen.Commands;
using LoadGen.Core.Plans;
using LoadGen.Core.Runs;
using LoadGen.Live;
using LoadGen.Metrics;
using LoadGen.Running.Outputs;
using LoadGen.Tls;
using LoadGen.Web;
using Spectre.Console;

namespace LoadGen.Running;

/// <summary>One run from the coordinator's side: starts it, follows it, writes what came of it, and says the exit code.</summary>
internal sealed class CoordinatedRun
{
    /// <summary>What to do; <see langword="null"/> for a standby that only takes over.</summary>
    public required Plan? Plan { get; init; }

    /// <summary>Whether another coordinator has the run, and this one waits in case it is lost.</summary>
    public bool Standby { get; init; }

    /// <summary>The node that coordinates; for a run in one process it works as well.</summary>
    public required NodeOptions Node { get; init; }

    /// <summary>Workers to start in this process; 0 for a coordinator that waits for others.</summary>
    public int WorkersHere { get; init; }

    public required int MinWorkers { get; init; }

    public required IAnsiConsole Console { get; init; }

    public bool Quiet { get; init; }

    /// <summary>Where the result goes, and what the live page shows of earlier runs.</summary>
    public required ResultOutputs Results { get; init; }

    /// <summary>What the API and the live page want to see.</summary>
    public ApiToken Token { get; init; } = new(null);

    /// <summary>Where metrics go, and where API and live page are.</summary>
    public required MetricsOptions Metrics { get; init; }

    /// <summary>The target that belongs to this run alone, if it has one.</summary>
    public TargetProcess? OwnTarget { get; init; }

    /// <summary>Where the workers here write the secrets of their sessions; usually <see langword="null"/>.</summary>
    public KeyLog? KeyLog { get; init; }

    private Task<int>? _released;

    /// <exception cref="NodeStartException">An address of the cluster cannot be used.</exception>
    /// <exception cref="IOException">The address for metrics cannot be bound.</exception>
    public async Task<int> ExecuteAsync()
    {
        var metrics = new NodeMetrics();
        var runId = RunIds.New();
        var run = new SingleRun(runId, Plan, Standby, Results.Kept);
        var web = Metrics.Listen is { } listen ? new RunsWeb(run, Token, listen) : null;
        await using var endpoint = web is not null ? await NodeEndpoint.StartAsync(Metrics.Listen!, metrics, web) : null;
        if (endpoint is not null && !Quiet)
        {
            Console.MarkupLineInterpolated($"[grey]live page on {endpoint.Address}/[/]");
            Console.MarkupLineInterpolated($"[grey]metrics on {endpoint.Address}/metrics[/]");
        }

        var nodes = new List<ClusterNode>();
        try
        {
            var code = await ExecuteAsync(nodes, metrics, endpoint, runId, run);
            await (web?.LastLookAsync() ?? Task.CompletedTask);
            return code;
        }
        finally
        {
            // Workers leave before the node that they know the others by.
            foreach (var node in Enumerable.Reverse(nodes))
            {
                await node.DisposeAsync();
            }
        }
    }

    private async Task<int> ExecuteAsync(List<ClusterNode> nodes, NodeMetrics metrics, NodeEndpoint? endpoint, string runId, SingleRun run)
    {
        RunHandle? handle = null;

        // Kept to the very end: a signal that comes while the result is being written still ends the linger.
        using var signals = new StopSignals(number =>
        {
            if (number == 1 && handle is not null)
            {
                handle.Stop("interrupted");
            }
            else
            {
                // Nothing runs yet, or this is the second signal: exit at once, without leaving, waiting or a result.
                Environment.Exit(ExitCode.Aborted);
            }
        });
        RunEnding ending;
        RunRecord? record;
        await using (var view = ProgressViews.For(Console, Quiet))
        {
            var session = new RunSession(view, metrics, run);
            handle = Start(nodes, runId, session, metrics);
            run.Started(handle);
            endpoint?.BecomeReady();
            _ = StopWithoutTargetAsync(handle, session.Ended);
            if (await FirstOf(session, nodes[0], signals, run) is { } code)
            {
                return code;
            }

            (ending, record) = await session.Ended;
            await session.AllLeft;
        }

        var verdict = record is not null ? await ReportAsync(record, metrics, run) : TellWhyNot(UnfinishedRun.Of(ending), run);
        await Metrics.PushAsync(metrics, Environment.MachineName);
        if (Metrics.Lingers && !Quiet && !signals.FirstSignal.IsCompleted)
        {
            Console.MarkupLineInterpolated($"[grey]serving metrics for {Metrics.Linger.TotalSeconds:0.#} s (Ctrl-C to exit)[/]");
        }

        await Metrics.LingerAsync(signals.FirstSignal);
        return verdict;
    }

    // A standby ends with the run, here or elsewhere, or on a signal.
    private async Task<int?> FirstOf(RunSession session, ClusterNode node, StopSignals signals, SingleRun run)
    {
        if (!Standby)
        {
            return null;
        }

        var first = await Task.WhenAny(session.Ended, _released!, node.Terminated, signals.FirstSignal);
        if (session.Begun && first != node.Terminated)
        {
            return null;
        }

        if (first == _released)
        {
            return await _released;
        }

        if (first == signals.FirstSignal)
        {
            return ExitCode.Aborted;
        }

        return TellWhyNot(new UnfinishedRun([$"no coordinator at {string.Join(", ", Node.Seeds)}, or it was lost"], ExitCode.NotFormed), run);
    }

    private RunHandle Start(List<ClusterNode> nodes, string runId, RunSession session, NodeMetrics metrics)
    {
        // Compiling takes longest: it begins with the first node, once for all workers of the process. Our own target is warm by then, too.
        var warmUp = WorkersHere > 0 ? Task.WhenAll(WarmUp.RunAsync(Plan!, CancellationToken.None), OwnTarget?.WarmedUp ?? Task.CompletedTask) : null;
        var node = ClusterNode.Start(Node);
        nodes.Add(node);
        _released = Standby ? node.StandBy() : null;
        var order = new RunOrder(runId, Plan, MinWorkers, Node.JoinWithin) { Lease = Node.Lease, TakesOver = Standby };
        var handle = node.StartCoordinator(order, session, TimeProvider.System);
        var services = Workers.Services(metrics, KeyLog, warmUp);
        for (var i = 1; i <= WorkersHere; i++)
        {
            // The first worker shares the coordinator's node: a run of one worker needs no second actor system.
            if (i > 1)
            {
                nodes.Add(ClusterNode.Start(new NodeOptions { Roles = [NodeOptions.WorkerRole], Seeds = [node.Address], Identity = Node.Identity }));
            }

            _ = nodes[^1].StartWorker($"worker-{i}", services);
        }

        return handle;
    }

    private async Task<int> ReportAsync(RunRecord record, NodeMetrics metrics, SingleRun run)
    {
        record = record with { BuiltInTarget = await AskTargetAsync(record) };
        var finished = FinishedRun.Of(record, metrics);
        run.End(finished);

        var (code, problems) = Results.Deliver(finished);
        foreach (var problem in problems)
        {
            await System.Console.Error.WriteLineAsync($"loadgen: {problem}");
        }

        return code;
    }

    // Without its target the rest of the load would only count refused connections.
    private async Task StopWithoutTargetAsync(RunHandle handle, Task ended)
    {
        if (OwnTarget is not null && await Task.WhenAny(OwnTarget.Ended, ended) == OwnTarget.Ended)
        {
            var reason = await OwnTarget.Ended;
            await System.Console.Error.WriteLineAsync($"loadgen: {reason} during the run; stopping");
            handle.Stop(reason);
        }
    }

    private async Task<BuiltInTargetCounts?> AskTargetAsync(RunRecord record)
    {
        if (OwnTarget is null)
        {
            return null;
        }

        var (counts, problem) = await OwnTarget.StopAsync();
        if (problem is not null && problem != record.AbortReason)
        {
            await System.Console.Error.WriteLineAsync($"loadgen: warning: {problem}; the result has no counts from the target");
        }

        return counts;
    }

    private int TellWhyNot(UnfinishedRun unfinished, SingleRun run)
    {
        run.End(unfinished);
        foreach (var sentence in unfinished.Sentences.Concat(Results.Deliver(unfinished)))
        {
            System.Console.Error.WriteLine($"loadgen: {sentence}");
        }

        return unfinished.ExitCode;
    }
}
