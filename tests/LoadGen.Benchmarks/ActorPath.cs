using System.Diagnostics;
using LoadGen.Cluster.Coordinator;
using LoadGen.Cluster.Nodes;
using LoadGen.Cluster.Worker;
using LoadGen.Core.Handshakes;
using LoadGen.Core.Plans;
using LoadGen.Core.Runs;
using LoadGen.Core.Shapes;
using LoadGen.Metrics;

namespace LoadGen.Benchmarks;

/// <summary>
/// What the actors cost per handshake apart from the engine: whole runs of one coordinator and one worker node, metrics
/// included, whose engine does nothing but continue on another thread, as a real one does. User and system time and
/// allocations of the whole process; the cost is the slope between a short and a long run, so that start-up does not count.
/// </summary>
internal static class ActorPath
{
    private const int Rounds = 5;
    private const long Short = 100_000;
    private const long Long = 400_000;

    public static async Task MeasureAsync()
    {
        foreach (var (name, load) in (IReadOnlyList<(string, Func<long, Load>)>)
            [("closed, 32 connections", Closed), ("open, 10,000/s", Open)])
        {
            // The first run compiles.
            await RunAsync(load(Short));
            var slopes = new List<(double Microseconds, double Bytes)>();
            for (var round = 0; round < Rounds; round++)
            {
                var few = await RunAsync(load(Short));
                var many = await RunAsync(load(Long));
                slopes.Add(((many.Cpu - few.Cpu).TotalMicroseconds / (Long - Short), (double)(many.Bytes - few.Bytes) / (Long - Short)));
            }

            Console.WriteLine(
                $"{name}: {Median(slopes.Select(slope => slope.Microseconds)):F2} us CPU and {Median(slopes.Select(slope => slope.Bytes)):F0} B a handshake"
                + $" (medians of {Rounds} rounds; CPU from {slopes.Min(slope => slope.Microseconds):F2} to {slopes.Max(slope => slope.Microseconds):F2} us)");
        }
    }

    private static Load.Closed Closed(long count) => new(32, null, count);

    private static Load.Open Open(long count) => new(new Schedule(new Constant(10_000, TimeSpan.FromSeconds(count / 10_000.0))));

    private static async Task<(TimeSpan Cpu, long Bytes)> RunAsync(Load load)
    {
        var plan = new Plan
        {
            Name = "actor path",
            Targets = [new Target { Name = "none", Host = "127.0.0.1", Port = 443, ServerName = "localhost" }],
            Profiles = [new Profile { Name = "none" }],
            Load = load,
        };
        var metrics = new NodeMetrics();
        var observer = new Ending();
        await using var node = ClusterNode.Start(new NodeOptions { Roles = [NodeOptions.CoordinatorRole, NodeOptions.WorkerRole] });
        var cpu = Process.GetCurrentProcess().TotalProcessorTime;
        var bytes = GC.GetTotalAllocatedBytes(precise: true);
        node.StartCoordinator(new RunOrder("run", plan, 1, TimeSpan.FromSeconds(30)), observer, TimeProvider.System);
        _ = node.StartWorker("worker-1", new WorkerServices
        {
            CreateEngine = _ => new IdleEngine(),
            WarmUp = (_, _) => Task.CompletedTask,
            Observer = metrics,
        });
        var record = await observer.Ended;
        if (record.Books.Completed != record.Books.Scheduled)
        {
            throw new InvalidOperationException($"not every handshake was completed: {record.Books}");
        }

        return (Process.GetCurrentProcess().TotalProcessorTime - cpu, GC.GetTotalAllocatedBytes(precise: true) - bytes);
    }

    private static double Median(IEnumerable<double> values) => values.Order().ElementAt(Rounds / 2);

    private sealed class Ending : IRunObserver
    {
        private readonly TaskCompletionSource<RunRecord> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<RunRecord> Ended => _ended.Task;

        public void Progressed(RunProgress progress)
        {
        }

        void IRunObserver.Ended(RunEnding ending, RunRecord? record)
            => _ended.SetResult(record ?? throw new InvalidOperationException($"the run did not finish: {ending}"));

        public void WorkersLeft()
        {
        }
    }

    private sealed class IdleEngine : IHandshakeEngine
    {
        public string Name => "idle";

        public string Crypto => "none";

        public IHandshakeClient CreateClient() => new IdleClient();

        public ValueTask<IReadOnlyList<string>> FindRefusedTargetsAsync(CancellationToken cancellation) => new([]);

        public void Dispose()
        {
        }
    }

    private sealed class IdleClient : IHandshakeClient
    {
        private static readonly Negotiated Kind = new(TlsVersion.Tls13, "TLS_AES_128_GCM_SHA256", "x25519", false);
        private static readonly TimeSpan Took = TimeSpan.FromMicroseconds(700);

        public async ValueTask<Outcome> HandshakeAsync(int target, int profile, CancellationToken cancellation)
        {
            await Task.Yield();
            var phases = default(PhaseDurations);
            phases[Phase.TcpConnect] = Took / 7;
            phases[Phase.ServerHello] = Took / 2;
            phases[Phase.ServerFlight] = TimeSpan.Zero;
            phases[Phase.ClientFinished] = Took / 3;
            return Outcome.Completed(Kind, Took, Took, phases, null);
        }

        public ValueTask<HeldConnection?> HoldAsync(CancellationToken cancellation) => ValueTask.FromResult<HeldConnection?>(null);

        public void Dispose()
        {
        }
    }
}
