using LoadGen.Cluster.Coordinator;
using LoadGen.Cluster.Nodes;
using LoadGen.Commands;
using LoadGen.Core.Plans;
using LoadGen.Core.Runs;
using LoadGen.Core.Tallies;
using LoadGen.Metrics;
using LoadGen.Running.Outputs;
using LoadGen.Web;

namespace LoadGen.Running;

/// <summary>A coordinator without a plan: takes plans over HTTP, runs them one after another with the workers that are there, and keeps the results.</summary>
internal sealed class WaitingCoordinator
{
    /// <summary>Who follows a run asks for it once a second: time enough to learn that it was stopped.</summary>
    private static readonly TimeSpan FollowersAskWithin = TimeSpan.FromSeconds(3);

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
        using var signals = new StopSignals(number =>
        {
            if (number > 1)
            {
                Environment.Exit(ExitCode.Aborted);
            }

            queue.Close("interrupted");
        });
        var adopted = new AdoptedRuns(queue);
        var handle = node.StartWaitingCoordinator(adopted, TimeProvider.System);
        adopted.Started(handle);
        endpoint.BecomeReady();
        Console.WriteLine($"accepting plans at {endpoint.Address}; start workers with: loadgen worker --seed {node.Address}");
        while (await queue.NextAsync() is { } run)
        {
            await RunAsync(run, handle);
            await ReportAsync(run, metrics);
        }

        handle.ReleaseWorkers();
        if (queue.StoppedAny)
        {
            await Task.Delay(FollowersAskWithin);
        }

        return ExitCode.Pass;
    }

    private async Task RunAsync(SubmittedRun run, RunHandle handle)
    {
        var order = new RunOrder(run.Id, run.Plan, MinWorkers, Node.JoinWithin) { Lease = Node.Lease };
        if (PlanSecrets.WhyNotSent(run.Plan, Node) is { } why)
        {
            run.Refuse(new UnfinishedRun([why], ExitCode.Usage));
        }
        else if (run.TryBegin(() => handle.Begin(order, run), reason => handle.Stop(run.Id, reason)))
        {
            Console.WriteLine($"{run.Id} {run.Plan.Name}: started");
        }

        await run.Over;
    }

    // Whatever goes wrong with one run's output is told, and the next run has its turn.
    private async Task ReportAsync(SubmittedRun run, NodeMetrics metrics)
    {
        try
        {
            Console.WriteLine($"{run.Id} {run.Plan.Name}: {run.Feed.Finished?.Result.Run.Verdict ?? string.Join("; ", run.Feed.Unfinished!.Sentences)}");
            foreach (var problem in run.Feed.Finished is { } finished ? Results.Deliver(finished).Problems : Results.Deliver(run.Feed.Unfinished!))
            {
                await Console.Error.WriteLineAsync($"loadgen: {run.Id}: {problem}");
            }

            await Metrics.PushAsync(metrics, Environment.MachineName);
        }
        catch (Exception error)
        {
            await Console.Error.WriteLineAsync($"loadgen: {run.Id}: internal error: writing its output failed: {error.Message} ({error.GetType().Name})");
        }
    }

    /// <summary>Runs of a coordinator before this one, which workers still had when this one started. Called from the coordinator's thread.</summary>
    private sealed class AdoptedRuns(RunQueue queue) : IRunObserver
    {
        private readonly TaskCompletionSource<RunHandle> _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private SubmittedRun? _run;

        /// <summary>Runs can be stopped from now on, those that were to be stopped before too.</summary>
        public void Started(RunHandle handle) => _started.SetResult(handle);

        public void Progressed(RunProgress progress)
        {
            if (progress.Plan is { } plan && _run?.Id != progress.RunId)
            {
                _run = queue.Adopt(progress.RunId, plan, reason => _ = StopAsync(progress.RunId, reason));
                Console.WriteLine($"{_run.Id} {plan.Name}: resumed");
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

        private async Task StopAsync(string runId, string reason) => (await _started.Task).Stop(runId, reason);
    }
}
