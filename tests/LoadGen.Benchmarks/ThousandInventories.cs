using LoadGen.Cluster.Coordinator;
using LoadGen.Cluster.Protocol;
using LoadGen.Cluster.Tests.Fleet;
using LoadGen.Core.Generator;
using LoadGen.Core.Plans;
using LoadGen.Core.Runs;
using LoadGen.Core.Shapes;
using LoadGen.Core.Slices;
using LoadGen.Core.Tallies;

namespace LoadGen.Benchmarks;

/// <summary>
/// What a coordinator that takes over from a thousand workers has to read: checkpoints are ten seconds apart, so each tells up to
/// eleven full reports and the one on its way, and three of them the checkpoint of a long run too.
/// </summary>
internal static class ThousandInventories
{
    private const int Workers = 1000;
    private const int Holders = 3;
    private const int Reports = 12;
    private const int PerSecond = 1000;
    private const int CheckpointAt = 3600;

    private static readonly GeneratorUsage Usage = new("loadgen-worker:1", 4, TimeSpan.FromHours(1), TimeSpan.FromHours(1), TimeSpan.FromSeconds(10));

    public static void Measure()
    {
        var wire = new WireSerializer(null!);
        var reports = new FleetReports(PerSecond);
        var shares = Enumerable.Range(0, Workers).Select(i => new Share(FleetWorkerActor.NameOf(i), 1)).ToList();
        foreach (var epochs in (int[])[1, 100, 1000])
        {
            var bytes = wire.ToBinary(new ToWorker.AssignWork("run", 1, AssignmentOf(shares, epochs), TimeSpan.Zero, DateTimeOffset.UnixEpoch)).Length;
            Console.WriteLine($"assign-work of {epochs} epochs of {Workers} workers: {bytes} B");
        }

        var checkpoint = CheckpointOf(reports);
        var assignment = AssignmentOf(shares, epochs: 10);
        var told = Enumerable.Range(0, Workers).Select(i => wire.ToBinary(InventoryOf(i, assignment, i < Holders ? checkpoint : null, reports))).ToList();
        Console.WriteLine($"inventories after {CheckpointAt} s: {told[Workers - 1].Length} B, with the checkpoint {told[0].Length} B, all {told.Sum(bytes => (long)bytes.Length)} B");

        var before = Environment.CpuUsage.TotalTime;
        var recovery = new Recovery(TimeSpan.Zero);
        foreach (var bytes in told)
        {
            recovery = recovery.Take(((ToCoordinator.InventoryTold)wire.FromBinary(bytes, "inventory")).Inventory, TimeSpan.Zero);
            _ = recovery.IsComplete;
        }

        var read = Environment.CpuUsage.TotalTime - before;
        var (run, effects, _) = recovery.Build(term: 2, stopReason: null, TimeSpan.FromHours(2));
        foreach (var merge in effects.OfType<RunEffect.Merge>())
        {
            run.Merged.Merge(merge.Part);
        }

        var all = Environment.CpuUsage.TotalTime - before;
        Console.WriteLine($"taking over: decoded and added with {read.TotalMilliseconds:F0} ms CPU, put together with {(all - read).TotalMilliseconds:F0} ms CPU, {run.Merged.Books.Scheduled} arrivals");
    }

    private static Assignment AssignmentOf(IReadOnlyList<Share> shares, int epochs)
        => new(epochs, [.. Enumerable.Range(0, epochs).Select(epoch => new Division(epoch + 1, epoch * 1_000_003L, [.. shares]))]);

    private static Checkpoint CheckpointOf(FleetReports reports)
    {
        var merged = new Tally(FleetReports.Targets, FleetReports.Profiles);
        for (var second = 0; second < CheckpointAt; second++)
        {
            merged.MergeEncoded(reports.Of(second, second, PerSecond).Tally);
        }

        var books = new Books(CheckpointAt * PerSecond, CheckpointAt * PerSecond, 0, 0, 0);
        return new Checkpoint(CheckpointAt / 10, [.. Enumerable.Range(0, Workers).Select(i => new WorkerState(FleetWorkerActor.NameOf(i), "simulated")
        {
            Stage = WorkerStage.Running, Crypto = "native", LastReport = CheckpointAt, Told = CheckpointAt * PerSecond, Books = books, InFlight = 12, Usage = Usage, TookPart = true,
        })], merged.Encode());
    }

    private static ToCoordinator.InventoryTold InventoryOf(int worker, Assignment assignment, Checkpoint? checkpoint, FleetReports reports) => new(new RunInventory
    {
        RunId = "run",
        WorkerId = FleetWorkerActor.NameOf(worker),
        Host = "simulated",
        Weight = 1,
        Crypto = "native",
        Plan = new Plan
        {
            Name = "fleet",
            Targets = [.. Enumerable.Range(0, FleetReports.Targets).Select(i => new Target { Name = $"t{i}", Host = "127.0.0.1", Port = 443, ServerName = "localhost" })],
            Profiles = [.. Enumerable.Range(0, FleetReports.Profiles).Select(i => new Profile { Name = $"p{i}" })],
            Load = new Load.Open(new Schedule(new Constant(Workers * PerSecond, TimeSpan.FromHours(2)))),
            Limits = new Limits { Connections = 100 * Workers },
        },
        Lease = TimeSpan.FromSeconds(15),
        Assignment = assignment,
        Elapsed = TimeSpan.FromSeconds(CheckpointAt + Reports),
        StartedAt = DateTimeOffset.UnixEpoch,
        Stopped = false,
        Checkpoint = checkpoint,
        Reports = [.. Enumerable.Range(0, Reports).Select(i =>
        {
            var (_, tally) = reports.Of(worker, CheckpointAt + i, PerSecond);
            return new WorkerReport(CheckpointAt + i + 1, CheckpointAt + i + 1, (CheckpointAt + i) * PerSecond, 12, Usage, false, tally);
        })],
    });
}
