using System.Collections.Frozen;
using Google.Protobuf;
using LoadGen.Cluster.Protocol;
using LoadGen.Core.Handshakes;
using LoadGen.Core.Plans;
using LoadGen.Core.Shapes;
using ClosedLoad = LoadGen.Cluster.Protocol.Wire.ClosedLoad;
using Stage = LoadGen.Cluster.Protocol.Wire.Stage;
using WireCloseMode = LoadGen.Cluster.Protocol.Wire.CloseMode;
using WireConfirm = LoadGen.Cluster.Protocol.Wire.Confirm;
using WirePlan = LoadGen.Cluster.Protocol.Wire.Plan;

namespace LoadGen.Cluster.Tests.Protocol;

/// <summary>Plans that come from outside are held to the same rules as those that are read from files.</summary>
public sealed class PlanCodecTests
{
    private static readonly Dictionary<string, EngineCapabilities> Engines = new()
    {
        ["bouncycastle"] = new EngineCapabilities
        {
            TlsVersions = FrozenSet.ToFrozenSet([TlsVersion.Tls12, TlsVersion.Tls13]),
            CipherSuites = FrozenSet<string>.Empty,
            Groups = FrozenSet<string>.Empty,
            SignatureSchemes = FrozenSet<string>.Empty,
            Features = FrozenSet<EngineFeature>.Empty,
            Phases = FrozenSet<Phase>.Empty,
        },
    };

    private static readonly Plan Good = new()
    {
        Name = "good",
        Targets = [new Target { Name = "t", Host = "127.0.0.1", Port = 443, ServerName = "localhost" }],
        Profiles = [new Profile { Name = "p" }],
        Load = new Load.Open(new Schedule(new Constant(100, TimeSpan.FromSeconds(10)))),
    };

    public static TheoryData<string, Action<object>> Breaches => new()
    {
        { "profiles[0].weight", Of(wire => wire.Profiles[0].Weight = 0) },
        { "profiles[0].tls", Of(wire => wire.Profiles[0].TlsVersions.Add(0x7f1c)) },
        { "profiles[0].confirm", Of(wire => wire.Profiles[0].Confirm = (WireConfirm)77) },
        { "profiles[0].resume", Of(wire => wire.Profiles[0].Resume = double.NegativeInfinity) },
        { "profiles[0].ocsp", Of(wire => wire.Profiles[0].Ocsp = true) },
        { "profiles[0].hold", Of(wire => wire.Profiles[0].HoldTicks = long.MinValue) },
        { "targets[0].address", Of(wire => wire.Targets[0].Port = 70_000) },
        { "targets[0].starttls", Of(wire => wire.Targets[0].Starttls = "gopher") },
        { "targets", Of(wire => wire.Targets.Clear()) },
        { "load[0]", Of(wire => wire.Open.Stages[0].ToPerSecond = 1e18) },
        { "load[0]", Of(wire => wire.Open.Stages[0].FromPerSecond = double.NaN) },
        { "load", Of(wire => wire.Open.Stages.Add([Longest(), Longest()])) },
        { "load", Of(wire => wire.Open.Stages.Clear()) },
        { "load", Of(wire => wire.ClearLoad()) },
        { "load.connections", Of(wire => wire.Closed = new ClosedLoad { Count = 1 }) },
        { "load.for", Of(wire => wire.Closed = new ClosedLoad { Connections = 1, DurationTicks = -1 }) },
        { "limits.connections", Of(wire => wire.Limits.Connections = 0) },
        { "limits.connectTimeout", Of(wire => wire.Limits.ConnectTimeoutTicks = 0) },
        { "plan", Of(wire => wire.Limits = null) },
        { "thresholds[0]", Of(wire => wire.Thresholds.Add("p99")) },
        { "engine", Of(wire => wire.Engine = "") },
        { "close", Of(wire => wire.Close = (WireCloseMode)9) },
    };

    [Fact]
    public void A_plan_that_keeps_the_rules_comes_back()
        => Assert.Equal("good", Assert.IsType<PlanReading.Valid>(PlanCodec.Decode(PlanCodec.Encode(Good), Engines)).Plan.Name);

    [Theory]
    [MemberData(nameof(Breaches), DisableDiscoveryEnumeration = true)]
    public void A_plan_that_breaks_a_rule_is_refused_by_its_key(string key, Action<object> breach)
    {
        var wire = WirePlan.Parser.ParseFrom(PlanCodec.Encode(Good));
        breach(wire);

        var reading = PlanCodec.Decode(wire.ToByteArray(), Engines);

        Assert.Contains(Assert.IsType<PlanReading.Invalid>(reading).Problems, problem => problem.Place == key);
    }

    [Fact]
    public void A_broken_load_does_not_hide_what_else_is_wrong()
    {
        var wire = WirePlan.Parser.ParseFrom(PlanCodec.Encode(Good));
        wire.Open.Stages[0].ToPerSecond = 1e18;
        wire.Targets[0].Port = 0;

        var reading = Assert.IsType<PlanReading.Invalid>(PlanCodec.Decode(wire.ToByteArray(), Engines));

        Assert.Equal(["load[0]", "targets[0].address"], reading.Problems.Select(problem => problem.Place));
    }

    [Fact]
    public void Bytes_that_are_no_plan_are_one_problem()
        => Assert.Single(Assert.IsType<PlanReading.Invalid>(PlanCodec.Decode([0xff, 0xff, 0xff], Engines)).Problems);

    // The generated types are internal, and a theory's parameters are public.
    private static Action<object> Of(Action<WirePlan> breach) => wire => breach((WirePlan)wire);

    private static Stage Longest() => new() { FromPerSecond = 1, ToPerSecond = 1, DurationTicks = long.MaxValue };
}
