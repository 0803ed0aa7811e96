using LoadGen.Cluster.Protocol;
using LoadGen.Core.Generator;
using LoadGen.Core.Plans;
using LoadGen.Core.Runs;
using LoadGen.Core.Shapes;
using LoadGen.Core.Slices;
using LoadGen.Core.Tallies;

namespace LoadGen.Cluster.Tests.Protocol;

/// <summary>Messages that can be read, and have a value that no node of ours would send.</summary>
public sealed class MalformedMessageTests
{
    private static readonly GeneratorUsage Usage = new("host:1", 2, TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(1), TimeSpan.Zero);

    private static readonly WorkerReport Report = new(7, 7, 10, 5, Usage, true, [1]);

    private static readonly Plan Plan = new()
    {
        Name = "test",
        Targets = [new Target { Name = "t", Host = "127.0.0.1", Port = 443, ServerName = "localhost" }],
        Profiles = [new Profile { Name = "p" }],
        Load = new Load.Open(new Schedule(new Constant(100, TimeSpan.FromSeconds(10)))),
    };

    private static readonly RunInventory Inventory = new()
    {
        RunId = "run",
        WorkerId = "w1",
        Host = "host",
        Weight = 1,
        Crypto = "native",
        Plan = Plan,
        Lease = TimeSpan.FromSeconds(9),
        Assignment = new Assignment(1, [new Division(1, 0, [new Share("w1", 1)])]),
        Elapsed = TimeSpan.FromSeconds(11),
        StartedAt = DateTimeOffset.UnixEpoch,
        Stopped = false,
        Checkpoint = null,
        Reports = [Report],
    };

    private readonly WireSerializer _serializer = new(null!);

    public static TheoryData<string, object> OutOfRange => new()
    {
        { "an id that leaves its folder", new ToCoordinator.WorkerPrepared("../../etc/passwd", "w1", "native") },
        { "an id that hides its file", new ToCoordinator.WorkerPrepared(".run", "w1", "native") },
        { "an endless id", new ToCoordinator.WorkerPrepared(new string('r', 65), "w1", "native") },
        { "no id", new ToCoordinator.WorkerPrepared("", "w1", "native") },
        { "a worker without an id", new ToCoordinator.Beat("run", "", 1, 1, 1, TimeSpan.Zero) },
        { "a worker with escapes", new ToCoordinator.Beat("run", "\u001b[2J", 1, 1, 1, TimeSpan.Zero) },
        { "an endless worker", new ToCoordinator.Beat("run", new string('w', 161), 1, 1, 1, TimeSpan.Zero) },
        { "a time before there were clocks", new ToCoordinator.Beat("run", "w1", 1, 1, 1, TimeSpan.MinValue) },
        { "no term", new ToWorker.Welcome("run", 0) },
        { "no weight", new ToCoordinator.RegisterWorker("w1", "host", 0) },
        { "a weight that crowds others out", new ToCoordinator.RegisterWorker("w1", "host", int.MaxValue) },
        { "a host with escapes", new ToCoordinator.RegisterWorker("w1", "\u001b]0;", 1) },
        { "an endless host", new ToCoordinator.RegisterWorker("w1", new string('h', 301), 1) },
        { "no reasons", new ToCoordinator.TargetsRefused("run", "w1", []) },
        { "report zero", Reported(Report with { Number = 0 }) },
        { "a report of those after it", Reported(Report with { First = 8 }) },
        { "fewer than none in flight", Reported(Report with { InFlight = -1 }) },
        { "no cores", Reported(Report with { Usage = Usage with { Cores = 0 } }) },
        { "time that was given back", Reported(Report with { Usage = Usage with { Cpu = TimeSpan.FromSeconds(-1) } }) },
        { "an arrival before the first", new ToCoordinator.AssignmentTaken("run", "w1", 1, 1, -1, false) },
        { "version zero", new ToCoordinator.AssignmentTaken("run", "w1", 1, 0, 1, false) },
        { "the exit code of a signal", new ToWorker.Release("run", 1, 4711, "") },
        { "a share that crowds others out", Work(new Division(1, 0, [new Share("w1", int.MaxValue), new Share("w2", 1)])) },
        { "a share without weight", Work(new Division(1, 0, [new Share("w1", 0)])) },
        { "two shares of one worker", Work(new Division(1, 0, [new Share("w1", 1), new Share("w1", 1)])) },
        { "epochs out of order", Work(new Division(2, 0, [new Share("w1", 1)]), new Division(1, 5, [new Share("w1", 1)])) },
        { "divisions out of order", Work(new Division(1, 5, [new Share("w1", 1)]), new Division(2, 4, [new Share("w1", 1)])) },
        { "no divisions", Work() },
        { "a plan that breaks a rule", new ToWorker.PrepareRun("run", 1, Plan with { Seed = -1 }, TimeSpan.FromSeconds(9)) },
        { "a lease that is over", new ToWorker.PrepareRun("run", 1, Plan, TimeSpan.FromSeconds(-9)) },
        { "reports that were never made", Reported(Report with { Before = -1 }) },
        { "an inventory with report zero", Told(Inventory with { Reports = [Report with { Number = 0 }] }) },
        { "a checkpoint with a worker twice", Told(Inventory with { Checkpoint = new Checkpoint(1, [new WorkerState("w1", "host"), new WorkerState("w1", "host")], []) }) },
        { "a worker in no stage", Told(Inventory with { Checkpoint = new Checkpoint(1, [new WorkerState("w1", "host") { Stage = (WorkerStage)99 }], []) }) },
    };

    [Theory]
    [MemberData(nameof(OutOfRange), DisableDiscoveryEnumeration = true)]
    public void A_value_out_of_its_range_makes_its_message_malformed(string what, object message)
    {
        var manifest = _serializer.Manifest(message);

        var arrived = Assert.IsType<Malformed>(_serializer.FromBinary(_serializer.ToBinary(message), manifest));

        Assert.NotEmpty(what);
        Assert.Equal(manifest, arrived.Manifest);
    }

    [Fact]
    public void What_is_wrong_is_a_short_sentence_that_is_harmless_to_a_terminal()
    {
        var bytes = _serializer.ToBinary(new ToCoordinator.Beat("run", $"\u001b[2J{new string('w', 5000)}", 1, 1, 1, TimeSpan.Zero));

        var malformed = Assert.IsType<Malformed>(_serializer.FromBinary(bytes, "beat"));

        Assert.True(malformed.Reason.Length < 100);
        Assert.DoesNotContain(malformed.ToString(), char.IsControl);
    }

    [Fact]
    public void A_reason_of_many_lines_arrives_as_one_that_is_short()
    {
        var said = new ToCoordinator.PreparationFailed("run", "w1", $"first\nsecond{new string('.', 5000)}");

        var arrived = Assert.IsType<ToCoordinator.PreparationFailed>(_serializer.FromBinary(_serializer.ToBinary(said), "preparation-failed"));

        Assert.StartsWith("first second", arrived.Reason, StringComparison.Ordinal);
        Assert.Equal(1000, arrived.Reason.Length);
    }

    [Fact]
    public void A_worker_of_another_version_is_heard_whatever_its_weight_means()
    {
        var other = new ToCoordinator.RegisterWorker("w1", "host", 5000) { ProtocolVersion = WireVersion.Current + 1 };

        Assert.IsType<ToCoordinator.RegisterWorker>(_serializer.FromBinary(_serializer.ToBinary(other), "register-worker"));
    }

    private static ToCoordinator.TallyReported Reported(WorkerReport report) => new("run", "w1", report);

    private static ToCoordinator.InventoryTold Told(RunInventory inventory) => new(inventory);

    private static ToWorker.AssignWork Work(params Division[] divisions)
        => new("run", 1, new Assignment(1, [.. divisions]), TimeSpan.Zero, DateTimeOffset.UnixEpoch);
}
