using LoadGen.Cluster.Coordinator;
using LoadGen.Cluster.Nodes;
using LoadGen.Commands;
using LoadGen.Core.Plans;
using LoadGen.Core.Runs;
using LoadGen.Core.Tallies;
using LoadGen.Metrics;
using LoadGen.Web;

namespace LoadGen.Running;

/// <summary>A coordinator without a plan: takes plans over HTTP, runs them one after another with the workers that are there, and keeps the results.</summary>
internal sealed class WaitingCoordinator
{
    public required NodeOptions Node { get; init; }

    public required int MinWorkers { get; init; }

    /// <summary>Where metrics go; the API is where they are served.</summary>
    public required MetricsOptions Metrics { get; init; }

    public required ApiToken Token { get; init; }

    /// <summary>Where results are kept.</summary>
    public required ResultOutputs Results { get; init; }

    public async Task<int> ExecuteAsync()
    {
        var metrics = new NodeMetrics();
        var queue = new RunQueue(metrics, Results.Kept);
        await using var endpoint = await NodeEndpoint.StartAsync(
            Metrics.Listen!, metrics, new RunsWeb(queue, Token, Metrics.Listen!, plan => queue.Submit(plan)?.Feed));
        await using var node = ClusterNode.Start(Node);
        using var stopping = new CancellationTokenSource();
        SubmittedRun? current = null;
        using var signals = new StopSignals(number =>
        {
            if (number > 1)
            {
                Environment.Exit(ExitCode.Aborted);
            }

            current?.Feed.Stop("interrupted");
            stopping.Cancel();
        });
        var handle = node.StartWaitingCoordinator(new AdoptedRuns(queue, TellAsync), TimeProvider.System);
        endpoint.BecomeReady();
        Console.WriteLine($"plans are taken at {endpoint.Address}; workers join with: loadgen worker --seed {node.Address}");
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                current = await queue.NextAsync(stopping.Token);
            }
            catch (OperationCanceledException)
            {
                break;
            }

            await RunAsync(current, handle);
            await Metrics.PushAsync(metrics, Environment.MachineName);
        }

        handle.ReleaseWorkers();
        return ExitCode.Pass;
    }

    private async Task RunAsync(SubmittedRun run, RunHandle handle)
    {
        if (PlanKeys.WhyNotSent(run.Plan, Node) is { } why)
        {
            run.Refuse(new UnfinishedRun([why], ExitCode.Usage));
            return;
        }

        var order = new RunOrder(run.Id, run.Plan, MinWorkers, Node.JoinWithin) { Lease = Node.Lease };
        if (!run.TryBegin(() => handle.Begin(order, run), handle.Stop))
        {
            return;
        }

        Console.WriteLine($"{run.Id} {run.Plan.Name}: begins");
        await run.Over;
        await TellAsync(run);
    }

    private async Task TellAsync(SubmittedRun run)
    {
        Console.WriteLine($"{run.Id} {run.Plan.Name}: {run.Feed.Finished?.Result.Run.Verdict ?? string.Join("; ", run.Feed.Unfinished!.Sentences)}");
        if (run.Feed.Finished is { } finished && Results.Deliver(finished.Result) is { } problem)
        {
            await Console.Error.WriteLineAsync($"loadgen: {problem}");
        }
    }

    /// <summary>Runs of a coordinator before this one, which workers still had when this one started. Called from the coordinator's thread.</summary>
    private sealed class AdoptedRuns(RunQueue queue, Func<SubmittedRun, Task> tell) : IRunObserver
    {
        private SubmittedRun? _run;

        public void Progressed(RunProgress progress)
        {
            if (progress.Plan is { } plan && _run?.Id != progress.RunId)
            {
                _run = queue.Adopt(progress.RunId, plan);
                Console.WriteLine($"{_run.Id} {plan.Name}: goes on");
                _ = TellWhenOverAsync(_run);
            }

            _run?.Progressed(progress);
        }

        public void Counted(RunProgress progress, Plan plan, Tally merged) => _run?.Counted(progress, plan, merged);

        public void Ended(RunEnding ending, RunRecord? record) => _run?.Ended(ending, record);

        public void WorkersLeft()
        {
            _run?.WorkersLeft();
            _run = null;
        }

        private async Task TellWhenOverAsync(SubmittedRun run)
        {
            await run.Over;
            await tell(run);
        }
    }
}
