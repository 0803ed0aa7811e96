using System.Runtime.Serialization;
using Akka.Actor;
using LoadGen.Cluster.Protocol;
using LoadGen.Core.Handshakes;
using LoadGen.Core.Plans;
using LoadGen.Core.Shapes;
using LoadGen.Core.Slices;
using LoadGen.Core.Tallies;

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
        AssertSurvives(new ToCoordinator.RegisterWorker("w1", "host"));
        AssertSurvives(new ToCoordinator.WorkerPrepared("run", "w1", 3, "native"));
        AssertSurvives(new ToCoordinator.PreparationFailed("run", "w1", "no such file"));
        Assert.Equal(["one", "two"], RoundTrip(new ToCoordinator.TargetsRefused("run", "w1", ["one", "two"])).Reasons);

        var report = new ToCoordinator.TallyReported(
            "run", "w1", 2, 7, new Books(10, 6, 3, 1, 0), 5,
            new GeneratorUsage("host:1", 2, TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(1), TimeSpan.FromMilliseconds(2)), true, [1, 2, 3]);
        var arrived = RoundTrip(report);
        Assert.Equal(report.EncodedTally, arrived.EncodedTally);
        Assert.Equal(report, arrived with { EncodedTally = report.EncodedTally });
    }

    [Fact]
    public void Every_message_to_a_worker_survives_the_wire()
    {
        AssertSurvives(new ToWorker.Welcome("run"));
        AssertSurvives(new ToWorker.StartRun("run", 1, TimeSpan.FromMilliseconds(200)));
        AssertSurvives(new ToWorker.AcknowledgeReport("run", 9));
        AssertSurvives(new ToWorker.StopRun("run"));
        AssertSurvives(new ToWorker.Release("run", 11));
    }

    [Theory]
    [MemberData(nameof(Loads))]
    public void A_plan_survives_the_wire(string load)
    {
        var plan = PlanWith(LoadCalled(load));
        var slice = new Slice(1, 0, 100, 1, 2, 50);

        var arrived = RoundTrip(new ToWorker.AssignSlice("run", plan, slice));

        Assert.Equal(slice, arrived.Slice);
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
    [InlineData("assign-slice")]
    [InlineData("tally-reported")]
    [InlineData("start-run")]
    public void Malformed_bytes_are_refused(string manifest)
        => Assert.Throws<SerializationException>(() => _serializer.FromBinary([0xff, 0xff, 0xff], manifest));

    [Theory]
    [InlineData("assign-slice")]
    [InlineData("tally-reported")]
    public void A_message_without_its_parts_is_refused(string manifest)
        => Assert.Throws<SerializationException>(() => _serializer.FromBinary([], manifest));

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
