using LoadGen.Cluster.Coordinator;
using LoadGen.Cluster.Nodes;
using LoadGen.Cluster.Worker;
using LoadGen.Core.Handshakes;
using LoadGen.Core.Plans;
using LoadGen.Core.Runs;
using LoadGen.Core.Shapes;
using LoadGen.Core.Tallies;

namespace LoadGen.Cluster.Tests.Worker;

/// <summary>Whole runs of a coordinator and its workers, whose engine is what the test says.</summary>
public sealed class WorkerLoadTests
{
    private readonly CountingWorkerObserver _load = new();
    private readonly WaitingRunObserver _run = new();

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task An_open_load_starts_every_arrival_once_and_its_books_balance(int workers)
    {
        var record = await RunAsync(new FakeEngine(_ => Task.FromResult(FakeEngine.Completed)), Open(500, seconds: 2), workers: workers);

        Assert.Equal(new Books(1000, 1000, 0, 0, 0), record.Books);
        Assert.Equal(record.Books, record.Tally.Books);
        Assert.Equal(workers, record.Workers.Count);
        Assert.All(record.Workers, worker => Assert.InRange(worker.Books.Scheduled, (1000 / workers) - 1, (1000 / workers) + 1));
        Assert.Equal(record.Books, _load.Books);
    }

    [Fact]
    public async Task A_closed_load_runs_its_count_over_its_connections()
    {
        var engine = new FakeEngine(async _ =>
        {
            await Task.Yield();
            return FakeEngine.Completed;
        });

        var record = await RunAsync(engine, new Load.Closed(4, null, 5000));

        Assert.Equal(new Books(5000, 5000, 0, 0, 0), record.Books);
        Assert.InRange(engine.MostAtOnce, 1, 4);
    }

    [Fact]
    public async Task Arrivals_without_a_free_connection_are_dropped_and_counted()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var engine = new FakeEngine(async _ =>
        {
            await gate.Task;
            return FakeEngine.Completed;
        });
        var record = await RunAsync(engine, Open(100, seconds: 1), limits: new Limits { Connections = 3 }, whenRunning: async _ =>
        {
            await _load.Until(books => books.Dropped == 97);
            gate.SetResult();
        });

        Assert.Equal(new Books(100, 3, 0, 97, 0), record.Books);
        Assert.Equal(3, engine.MostAtOnce);
    }

    [Fact]
    public async Task An_engine_that_throws_is_our_fault_and_leaves_no_slot_hanging()
    {
        // Enough connections that none rests for long after its failures.
        var record = await RunAsync(new FakeEngine(_ => throw new InvalidOperationException("a bug")), new Load.Closed(25, null, 100));

        Assert.Equal(100, record.Books.Failed);
        var failure = Assert.Single(record.Tally.Failures);
        Assert.Equal((FailureKind.InternalError, FaultSide.Generator), (failure.Key.Kind, failure.Key.Side));
        Assert.Contains("a bug", failure.Value.Example, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_engine_that_throws_leaves_no_connection_taken()
    {
        var record = await RunAsync(new FakeEngine(_ => throw new InvalidOperationException("a bug")), Open(100, seconds: 1), limits: new Limits { Connections = 2 });

        // Where the machine stood still for a moment, two connections were not enough; had they stayed taken, only two would have failed.
        Assert.Equal(100, record.Books.Failed + record.Books.Dropped);
        Assert.InRange(record.Books.Failed, 3, 100);
    }

    [Fact]
    public async Task A_stopped_run_starts_nothing_more_and_lets_what_is_under_way_end()
    {
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var engine = new FakeEngine(async cancellation =>
        {
            begun.TrySetResult();
            await gate.Task.WaitAsync(cancellation);
            return FakeEngine.Completed;
        });

        var record = await RunAsync(engine, Open(100, seconds: 60), whenRunning: async handle =>
        {
            await begun.Task;
            handle.Stop("enough");
            await _run.Stopping;
            gate.SetResult();
        });

        Assert.Equal("enough", record.AbortReason);
        Assert.True(record.Books.Balance);
        Assert.InRange(record.Books.Scheduled, 1, 3000);
        Assert.Equal(record.Books.Scheduled, record.Books.Completed);
    }

    private static Load.Open Open(double rate, double seconds) => new(new Schedule(new Constant(rate, TimeSpan.FromSeconds(seconds))));

    private async Task<RunRecord> RunAsync(
        FakeEngine engine, Load load, int workers = 1, Limits? limits = null, Func<RunHandle, Task>? whenRunning = null)
    {
        var plan = new Plan
        {
            Name = "test",
            Targets = [new Target { Name = "t", Host = "127.0.0.1", Port = 443, ServerName = "localhost" }],
            Profiles = [new Profile { Name = "p" }],
            Load = load,
            Limits = limits ?? new Limits(),
        };
        var services = new WorkerServices { CreateEngine = _ => engine, WarmUp = (_, _) => Task.CompletedTask, Observer = _load };
        await using var node = ClusterNode.Start(new NodeOptions { Roles = [NodeOptions.CoordinatorRole, NodeOptions.WorkerRole] });
        var others = new List<ClusterNode>();
        try
        {
            var handle = node.StartCoordinator(new RunOrder("run", plan, workers, TimeSpan.FromSeconds(30)), _run, TimeProvider.System);
            _ = node.StartWorker("worker-1", services);
            for (var i = 2; i <= workers; i++)
            {
                others.Add(ClusterNode.Start(new NodeOptions { Roles = [NodeOptions.WorkerRole], Seeds = [node.Address] }));
                _ = others[^1].StartWorker($"worker-{i}", services);
            }

            if (whenRunning is not null)
            {
                await _run.Running.WaitAsync(TestContext.Current.CancellationToken);
                await whenRunning(handle).WaitAsync(TestContext.Current.CancellationToken);
            }

            var (ending, record) = await _run.Ended.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
            Assert.NotNull(record);
            Assert.IsNotType<RunEnding.NotFormed>(ending);
            return record;
        }
        finally
        {
            foreach (var other in others)
            {
                await other.DisposeAsync();
            }
        }
    }
}
