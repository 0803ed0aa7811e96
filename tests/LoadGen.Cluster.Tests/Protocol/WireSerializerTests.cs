using System.IO.Compression;
using System.Runtime.Serialization;
using Akka.Actor;
using Google.Protobuf;
using LoadGen.Cluster.Protocol;
using LoadGen.Core.Handshakes;
using LoadGen.Core.Plans;
using LoadGen.Core.Runs;
using LoadGen.Core.Shapes;
using LoadGen.Core.Slices;
using LoadGen.Core.Tallies;
using AssignWork = LoadGen.Cluster.Protocol.Wire.AssignWork;

namespace LoadGen.Cluster.Tests.Protocol;

public sealed class WireSerializerTests : IDisposable
{
    private readonly ActorSystem _system = ActorSystem.Create("test");
    private readonly WireSerializer _serializer;

    public WireSerializerTests() => _serializer = new WireSerializer((ExtendedActorSystem)_system);

    public void Dispose() => _system.Dispose();

    public static TheoryData<string> Loads => ["constant", "stages", "at-most", "closed-for", "closed-count"];

    [Fact]
    public void Every_message_to_the_coordinator_survives_the_wire()
    {
        AssertSurvives(new ToCoordinator.RegisterWorker("w1", "host", 4));
        AssertSurvives(new ToCoordinator.Beat("run", "w1", 2, 3, TimeSpan.FromSeconds(5)));
        AssertSurvives(new ToCoordinator.WorkerPrepared("run", "w1", "native"));
        AssertSurvives(new ToCoordinator.AssignmentTaken("run", "w1", 3, 1234567890123, true));
        AssertSurvives(new ToCoordinator.WorkerLeaving("run", "w1"));
        AssertSurvives(new ToCoordinator.CheckpointHeld("run", "w1", 9));
        AssertSurvives(new ToCoordinator.PreparationFailed("run", "w1", "no such file"));
        Assert.Equal(["one", "two"], RoundTrip(new ToCoordinator.TargetsRefused("run", "w1", ["one", "two"])).Reasons);

        var report = Report();
        var arrived = RoundTrip(report);
        Assert.Equal(report.EncodedTally, arrived.EncodedTally);
        Assert.Equal(report, arrived with { EncodedTally = report.EncodedTally });
    }

    [Fact]
    public void Every_message_to_a_worker_survives_the_wire()
    {
        AssertSurvives(new ToWorker.Welcome("run", 1));
        AssertSurvives(new ToWorker.RegisterAgain("run", 2));
        AssertSurvives(new ToWorker.BeatAnswered("run", 1, TimeSpan.FromSeconds(4), TimeSpan.FromHours(900)));
        AssertSurvives(new ToWorker.AcknowledgeReport("run", 1, 9, 7, 9));
        AssertSurvives(new ToWorker.TellInventory("run", 2));
        AssertSurvives(new ToWorker.StopRun("run", 1));
        AssertSurvives(new ToWorker.EndRun("run", 1));
        AssertSurvives(new ToWorker.Release("run", 1, 11, "because"));
    }

    [Theory]
    [InlineData(null)]
    [InlineData(123456789012L)]
    public void An_assignment_survives_the_wire(long? cutAt)
    {
        var work = new ToWorker.AssignWork("run", 2, AssignmentOf(cutAt), TimeSpan.FromSeconds(-3), new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));

        var arrived = RoundTrip(work);

        Assert.Equal(work.Assignment.Divisions, arrived.Assignment.Divisions);
        Assert.Equal(work, arrived with { Assignment = work.Assignment });
        Assert.Equal((work.Assignment.Version, cutAt), (arrived.Assignment.Version, arrived.Assignment.CutAt));
    }

    [Fact]
    public void Everything_that_a_new_coordinator_is_told_survives_the_wire()
    {
        var worker = new WorkerState("w2", "host", 3)
        {
            Stage = WorkerStage.Lost, Crypto = "native", LastReport = 4, Books = new Books(9, 5, 1, 1, 2), InFlight = 2, Usage = Report().Usage,
            LostAt = TimeSpan.FromSeconds(7), IsLeaving = true, IsSettled = true, TookPart = true,
        };
        var inventory = new ToCoordinator.Inventory("run", "w1")
        {
            Host = "host",
            Weight = 2,
            Crypto = "native",
            Term = 3,
            Plan = PlanWith(LoadCalled("constant")),
            Lease = TimeSpan.FromSeconds(9),
            Assignment = AssignmentOf(null),
            Elapsed = TimeSpan.FromSeconds(11),
            StartedAt = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero),
            Stopped = true,
            Checkpoint = new Checkpoint(5, [worker], [7, 8]),
            Reports = [Report()],
        };

        var arrived = RoundTrip(inventory);

        Assert.Equal(worker, Assert.Single(arrived.Checkpoint!.Workers));
        Assert.Equal([7, 8], arrived.Checkpoint.EncodedTally);
        Assert.Equal(7, Assert.Single(arrived.Reports).Number);
        Assert.Equal(inventory.Assignment.Divisions, arrived.Assignment!.Divisions);
        Assert.Equal(
            (inventory.Host, inventory.Weight, inventory.Crypto, inventory.Term, inventory.Lease, inventory.Elapsed, inventory.StartedAt, inventory.Stopped),
            (arrived.Host, arrived.Weight, arrived.Crypto, arrived.Term, arrived.Lease, arrived.Elapsed, arrived.StartedAt, arrived.Stopped));
    }

    [Theory]
    [MemberData(nameof(Loads))]
    public void A_plan_survives_the_wire(string load)
    {
        var plan = PlanWith(LoadCalled(load));

        var arrived = RoundTrip(new ToWorker.PrepareRun("run", 1, plan, TimeSpan.FromSeconds(15)));

        Assert.Equal(TimeSpan.FromSeconds(15), arrived.Lease);
        Assert.Equal(plan.Thresholds, arrived.Plan.Thresholds);
        Assert.Equivalent(plan.Targets, arrived.Plan.Targets, strict: true);
        Assert.Equal(plan.Limits, arrived.Plan.Limits);
        Assert.Equal(plan.Authorized, arrived.Plan.Authorized);
        Assert.Equal(
            (plan.Name, plan.Engine, plan.Crypto, plan.Close, plan.Seed),
            (arrived.Plan.Name, arrived.Plan.Engine, arrived.Plan.Crypto, arrived.Plan.Close, arrived.Plan.Seed));
        Assert.Equivalent(plan.Profiles, arrived.Plan.Profiles, strict: true);
        AssertSameArrivals(plan.Load, arrived.Plan.Load);
    }

    [Fact]
    public void A_manifest_that_is_not_ours_is_refused()
        => Assert.Throws<SerializationException>(() => _serializer.FromBinary([], "System.Diagnostics.Process"));

    [Theory]
    [InlineData("prepare-run")]
    [InlineData("tally-reported")]
    [InlineData("assign-work")]
    public void Malformed_bytes_are_refused(string manifest)
        => Assert.Throws<SerializationException>(() => _serializer.FromBinary([0xff, 0xff, 0xff], manifest));

    [Theory]
    [InlineData("prepare-run")]
    [InlineData("tally-reported")]
    [InlineData("assign-work")]
    [InlineData("hold-checkpoint")]
    public void A_message_without_its_parts_is_refused(string manifest)
        => Assert.Throws<SerializationException>(() => _serializer.FromBinary([], manifest));

    [Fact]
    public void An_assignment_that_is_not_compressed_is_refused()
    {
        var message = new AssignWork { RunId = "run", Assignment = ByteString.CopyFrom(0xff, 0xff, 0xff) };

        Assert.Throws<SerializationException>(() => _serializer.FromBinary(message.ToByteArray(), "assign-work"));
    }

    [Theory]
    [InlineData(63, true)]
    [InlineData(65, false)]
    public void An_assignment_may_not_become_larger_than_any_real_one(int megabytes, bool isTaken)
    {
        var valid = new ToWorker.AssignWork("run", 1, AssignmentOf(null), TimeSpan.Zero, DateTimeOffset.UnixEpoch);
        var message = AssignWork.Parser.ParseFrom(_serializer.ToBinary(valid));
        message.Assignment = WithPadding(message.Assignment, megabytes << 20);

        var refusal = Record.Exception(() => _serializer.FromBinary(message.ToByteArray(), "assign-work"));

        Assert.Equal(isTaken ? null : typeof(SerializationException), refusal?.GetType());
    }

    // A field that nobody knows, of zeros.
    private static ByteString WithPadding(ByteString assignment, int length)
    {
        using var bytes = new MemoryStream();
        using (var compressed = new BrotliStream(bytes, CompressionLevel.Fastest))
        {
            using var plain = new BrotliStream(new MemoryStream(assignment.ToByteArray()), CompressionMode.Decompress);
            plain.CopyTo(compressed);
            using var output = new CodedOutputStream(compressed, leaveOpen: true);
            output.WriteTag(15, WireFormat.WireType.LengthDelimited);
            output.WriteBytes(ByteString.CopyFrom(new byte[length]));
        }

        return ByteString.CopyFrom(bytes.ToArray());
    }

    private static ToCoordinator.TallyReported Report() => new(
        "run", "w1", 7, new Books(10, 6, 3, 1, 0), 5,
        new GeneratorUsage("host:1", 2, TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(1), TimeSpan.FromMilliseconds(2)), true, [1, 2, 3]);

    private static Assignment AssignmentOf(long? cutAt)
        => new(6, [new Division(1, 0, [new Share("w1", 1), new Share("w2", 4)]), new Division(2, 1000, [new Share("w2", 4)])], cutAt);

    private static Threshold ThresholdOf(string expression)
        => ThresholdParser.TryParse(expression, out var threshold, out var remedy) ? threshold : throw new ArgumentException(remedy);

    private static void AssertSameArrivals(Load expected, Load actual)
    {
        if (expected is Load.Closed)
        {
            Assert.Equal(expected, actual);
            return;
        }

        var (one, other) = (((Load.Open)expected).Schedule, ((Load.Open)actual).Schedule);
        Assert.Equal(one.Count, other.Count);
        Assert.Equal(one.Duration, other.Duration);
        for (var n = 0L; n < one.Count; n++)
        {
            Assert.Equal(one.TimeOf(n), other.TimeOf(n));
        }
    }

    private static Load LoadCalled(string name)
    {
        var constant = new Constant(300, TimeSpan.FromSeconds(2));
        return name switch
        {
            "constant" => new Load.Open(new Schedule(constant)),
            "stages" => new Load.Open(new Schedule(new Stages([new Ramp(0, 300, TimeSpan.FromSeconds(3)), constant]))),
            "at-most" => new Load.Open(new Schedule(constant, 17)),
            "closed-for" => new Load.Closed(5, TimeSpan.FromSeconds(9), null),
            _ => new Load.Closed(5, null, 1000),
        };
    }

    private static Plan PlanWith(Load load) => new()
    {
        Name = "all of it",
        Engine = "sslstream",
        Close = CloseMode.Notify,
        Seed = 7,
        Thresholds = [ThresholdOf("p99 < 50ms"), ThresholdOf("failures < 0.1%")],
        Authorized = ["example.com", "203.0.113.0/24"],
        Limits = new Limits { Connections = 77, ConnectTimeout = TimeSpan.FromSeconds(1), HandshakeTimeout = TimeSpan.FromSeconds(2) },
        Targets =
        [
            new Target { Name = "a", Host = "127.0.0.1", Port = 1, ServerName = "one", Trust = Trust.System },
            new Target { Name = "b", Host = "::1", Port = 2, ServerName = "two", Trust = Trust.Insecure },
            new Target { Name = "c", Host = "localhost", Port = 3, ServerName = "three", Trust = new Trust.Authorities("PEM"), FurtherServerNames = ["four"], StartTls = StartTlsProtocol.Ldap },
        ],
        Profiles =
        [
            new Profile { Name = "modern", Weight = 70, TlsVersions = [TlsVersion.Tls13], Groups = ["x25519"], Alpn = ["h2"] },
            new Profile { Name = "legacy", Weight = 30, TlsVersions = [TlsVersion.Tls12], CipherSuites = ["S"], SignatureSchemes = ["R"] },
            new Profile
            {
                Name = "everything",
                KeyShares = [],
                Resume = 0.3,
                Confirm = Confirm.Close,
                Checks = Checks.Lean,
                Identities = [new ClientIdentity("CERTIFICATE", "KEY")],
                PreSharedKey = new PreSharedKey("identity", "00ff"),
                Ocsp = true,
                ExtendedMasterSecret = false,
                Hold = TimeSpan.FromSeconds(30),
            },
        ],
        Load = load,
    };

    private void AssertSurvives<T>(T message)
        where T : notnull => Assert.Equal(message, RoundTrip(message));

    private T RoundTrip<T>(T message)
        where T : notnull => Assert.IsType<T>(_serializer.FromBinary(_serializer.ToBinary(message), _serializer.Manifest(message)));
}
