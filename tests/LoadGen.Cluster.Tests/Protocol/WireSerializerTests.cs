using System.IO.Compression;
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

    [Theory]
    [MemberData(nameof(Loads))]
    public void A_plan_survives_the_wire(string load)
    {
        var plan = WireSamples.PlanWith(LoadCalled(load));

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
        => Assert.IsType<Malformed>(_serializer.FromBinary([], "System.Diagnostics.Process"));

    [Theory]
    [InlineData("prepare-run")]
    [InlineData("tally-reported")]
    [InlineData("assign-work")]
    [InlineData("hold-checkpoint")]
    public void A_message_without_its_parts_is_refused(string manifest)
        => Assert.IsType<Malformed>(_serializer.FromBinary([], manifest));

    [Fact]
    public void An_assignment_that_is_not_compressed_is_refused()
    {
        var message = new AssignWork { RunId = "run", Assignment = ByteString.CopyFrom(0xff, 0xff, 0xff) };

        Assert.IsType<Malformed>(_serializer.FromBinary(message.ToByteArray(), "assign-work"));
    }

    [Theory]
    [InlineData(63, true)]
    [InlineData(65, false)]
    public void An_assignment_may_not_become_larger_than_any_real_one(int megabytes, bool isTaken)
    {
        var valid = new ToWorker.AssignWork("run", 1, AssignmentOf(null), TimeSpan.Zero, DateTimeOffset.UnixEpoch);
        var message = AssignWork.Parser.ParseFrom(_serializer.ToBinary(valid));
        message.Assignment = WithPadding(message.Assignment, megabytes << 20);

        var arrived = _serializer.FromBinary(message.ToByteArray(), "assign-work");

        Assert.Equal(isTaken ? typeof(ToWorker.AssignWork) : typeof(Malformed), arrived.GetType());
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

    private static Assignment AssignmentOf(long? cutAt)
        => new(6, [new Division(1, 0, [new Share("w1", 1), new Share("w2", 4)]), new Division(2, 1000, [new Share("w2", 4)])], cutAt);

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

    private T RoundTrip<T>(T message)
        where T : notnull => Assert.IsType<T>(_serializer.FromBinary(_serializer.ToBinary(message), _serializer.Manifest(message)));
}
