using System.Collections.Frozen;
using LoadGen.Core.Handshakes;
using LoadGen.Core.Plans;
using LoadGen.Core.Shapes;

namespace LoadGen.Core.Tests.Plans;

/// <summary>What a plan that was not read from a file may hold. Each value out of its range is named by its key.</summary>
public sealed class PlanCheckTests
{
    private static readonly Dictionary<string, EngineCapabilities> Engines = new()
    {
        ["bouncycastle"] = new EngineCapabilities
        {
            TlsVersions = FrozenSet.ToFrozenSet([TlsVersion.Tls12, TlsVersion.Tls13]),
            CipherSuites = FrozenSet.ToFrozenSet(["TLS_AES_128_GCM_SHA256"]),
            Groups = FrozenSet.ToFrozenSet(["x25519"]),
            SignatureSchemes = FrozenSet.ToFrozenSet(["ed25519"]),
            Features = FrozenSet.ToFrozenSet([EngineFeature.Confirm]),
            Phases = FrozenSet.ToFrozenSet([Phase.TcpConnect]),
        },
    };

    private static readonly Plan Good = new()
    {
        Name = "good",
        Targets = [new Target { Name = "t", Host = "127.0.0.1", Port = 443, ServerName = "localhost" }],
        Profiles = [new Profile { Name = "p" }],
        Load = new Load.Open(new Schedule(new Constant(100, TimeSpan.FromSeconds(10)))),
    };

    public static TheoryData<string, Func<Plan, Plan>> Breaches => new()
    {
        { "name", plan => plan with { Name = "" } },
        { "name", plan => plan with { Name = "a\u001b[2J" } },
        { "name", plan => plan with { Name = new string('x', 101) } },
        { "targets", plan => plan with { Targets = [] } },
        { "targets", plan => plan with { Targets = [plan.Targets[0], plan.Targets[0]] } },
        { "targets", plan => plan with { Targets = [.. Enumerable.Range(0, 101).Select(i => plan.Targets[0] with { Name = $"t{i}" })] } },
        { "targets[0].name", plan => Target(plan, target => target with { Name = "a b" }) },
        { "targets[0].name", plan => Target(plan, target => target with { Name = new string('x', 65) }) },
        { "targets[0].address", plan => Target(plan, target => target with { Port = 0 }) },
        { "targets[0].address", plan => Target(plan, target => target with { Port = 70_000 }) },
        { "targets[0].address", plan => Target(plan, target => target with { Host = "-" }) },
        { "targets[0].serverName", plan => Target(plan, target => target with { ServerName = new string('x', 300) }) },
        { "targets[0].serverName", plan => Target(plan, target => target with { FurtherServerNames = [""] }) },
        { "targets[0].starttls", plan => Target(plan, target => target with { StartTls = (StartTlsProtocol)99 }) },
        { "targets[0].trust", plan => Target(plan, target => target with { Trust = new Trust.Authorities("no PEM") }) },
        { "profiles", plan => plan with { Profiles = [] } },
        { "profiles[0].weight", plan => Profile(plan, profile => profile with { Weight = 0 }) },
        { "profiles[0].weight", plan => Profile(plan, profile => profile with { Weight = int.MaxValue }) },
        { "profiles[0].tls", plan => Profile(plan, profile => profile with { TlsVersions = [] }) },
        { "profiles[0].tls", plan => Profile(plan, profile => profile with { TlsVersions = [(TlsVersion)7] }) },
        { "profiles[0].ciphers", plan => Profile(plan, profile => profile with { CipherSuites = ["TLS_UNHEARD_OF"] }) },
        { "profiles[0].groups", plan => Profile(plan, profile => profile with { Groups = ["x25519", "x25519"] }) },
        { "profiles[0].alpn[0]", plan => Profile(plan, profile => profile with { Alpn = [""] }) },
        { "profiles[0].resume", plan => Profile(plan, profile => profile with { Resume = double.NaN }) },
        { "profiles[0].resume", plan => Profile(plan, profile => profile with { Resume = 1.1 }) },
        { "profiles[0].confirm", plan => Profile(plan, profile => profile with { Confirm = (Confirm)99 }) },
        { "profiles[0].hold", plan => Profile(plan, profile => profile with { Hold = TimeSpan.FromSeconds(-1) }) },
        { "profiles[0].ocsp", plan => Profile(plan, profile => profile with { Ocsp = true }) },
        { "profiles[0].psk", plan => Profile(plan, profile => profile with { PreSharedKey = new PreSharedKey("identity", "0x") }) },
        { "profiles[0].clientCertificates[0]", plan => Profile(plan, profile => profile with { Identities = [new ClientIdentity("none", "none")] }) },
        { "load[0]", plan => plan with { Load = Open(new Constant(1e18, TimeSpan.FromSeconds(1))) } },
        { "load[0]", plan => plan with { Load = Open(new Constant(double.NaN, TimeSpan.FromSeconds(1))) } },
        { "load[0]", plan => plan with { Load = Open(new Constant(double.PositiveInfinity, TimeSpan.FromSeconds(1))) } },
        { "load[0]", plan => plan with { Load = Open(new Constant(-5, TimeSpan.FromSeconds(1))) } },
        { "load[0]", plan => plan with { Load = Open(new Constant(100, TimeSpan.FromSeconds(-1))) } },
        { "load[0]", plan => plan with { Load = Open(new Ramp(0, 0, TimeSpan.FromSeconds(1))) } },
        { "load[1]", plan => plan with { Load = Open(new Stages([new Constant(1, TimeSpan.FromSeconds(1)), new Ramp(5, -5, TimeSpan.FromSeconds(1))])) } },
        { "load", plan => plan with { Load = Open(new Stages([new Constant(1, TimeSpan.FromDays(20)), new Constant(1, TimeSpan.FromDays(20))])) } },
        { "load", plan => plan with { Load = new Load.Open(new Schedule(new Constant(1, TimeSpan.FromSeconds(1)), 0)) } },
        { "count", plan => plan with { Load = new Load.Open(new Schedule(new Constant(1, TimeSpan.FromSeconds(1)), -1)) } },
        { "load.connections", plan => plan with { Load = new Load.Closed(0, null, 1) } },
        { "load", plan => plan with { Load = new Load.Closed(1, null, null) } },
        { "load.count", plan => plan with { Load = new Load.Closed(1, null, 0) } },
        { "load.for", plan => plan with { Load = new Load.Closed(1, TimeSpan.Zero, null) } },
        { "limits.connections", plan => plan with { Limits = plan.Limits with { Connections = 0 } } },
        { "limits.connections", plan => plan with { Load = new Load.Closed(50, null, 1), Limits = plan.Limits with { Connections = 49 } } },
        { "limits.connectTimeout", plan => plan with { Limits = plan.Limits with { ConnectTimeout = TimeSpan.Zero } } },
        { "limits.handshakeTimeout", plan => plan with { Limits = plan.Limits with { HandshakeTimeout = TimeSpan.MaxValue } } },
        { "thresholds", plan => plan with { Thresholds = [ThresholdOf("server_hello.p99 < 5ms")] } },
        { "authorized[0]", plan => plan with { Authorized = ["203.0.113.0/99"] } },
        { "seed", plan => plan with { Seed = -1 } },
        { "engine", plan => plan with { Engine = "none" } },
        { "crypto", plan => plan with { Crypto = (CryptoChoice)99 } },
        { "close", plan => plan with { Close = (CloseMode)(-1) } },
    };

    [Fact]
    public void A_plan_within_the_rules_has_no_problem() => Assert.Empty(PlanCheck.ProblemsOf(Good, Engines));

    [Theory]
    [MemberData(nameof(Breaches), DisableDiscoveryEnumeration = true)]
    public void A_value_out_of_its_range_is_named_by_its_key_with_a_remedy(string key, Func<Plan, Plan> breach)
    {
        var problems = PlanCheck.ProblemsOf(breach(Good), Engines);

        Assert.Contains(problems, problem => problem.Place == key);
        Assert.All(problems, problem => Assert.NotEmpty(problem.Remedy));
    }

    [Fact]
    public void Every_problem_is_told_at_once()
    {
        var plan = Target(Profile(Good, profile => profile with { Weight = 0 }), target => target with { Port = 70_000 }) with { Seed = -1 };

        Assert.Equal(["profiles[0].weight", "seed", "targets[0].address"], PlanCheck.ProblemsOf(plan, Engines).Select(problem => problem.Place).Order());
    }

    private static Plan Target(Plan plan, Func<Target, Target> change) => plan with { Targets = [change(plan.Targets[0])] };

    private static Plan Profile(Plan plan, Func<Profile, Profile> change) => plan with { Profiles = [change(plan.Profiles[0])] };

    private static Load.Open Open(IShape shape) => new(new Schedule(shape));

    private static Threshold ThresholdOf(string expression)
        => ThresholdParser.TryParse(expression, out var threshold, out var remedy) ? threshold : throw new ArgumentException(remedy);
}
