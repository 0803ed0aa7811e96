using System.Collections.Frozen;
using System.Text;
using System.Text.Json.Nodes;
using LoadGen.Core.Handshakes;
using LoadGen.Core.Plans;
using LoadGen.Core.Shapes;

namespace LoadGen.Core.Tests.Plans;

/// <summary>Plans that come from another process are held to the same rules as those that are read from files.</summary>
public sealed class PlanDocumentTests
{
    private static readonly Dictionary<string, EngineCapabilities> Engines = new()
    {
        ["bouncycastle"] = new EngineCapabilities
        {
            Rank = 1,
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
        Profiles = [new Profile { Name = "p", Engine = new EngineChoice("bouncycastle") }],
        Load = new Load.Open(new Schedule(new Constant(100, TimeSpan.FromSeconds(10)))),
    };

    public static TheoryData<string, string, string> Breaches => new()
    {
        { "name", "name", "''" },
        { "name", "name", @"'a\u001b[2J'" },
        { "name", "name", $"'{new string('x', 101)}'" },
        { "name", "name", "['a']" },
        { "targets", "targets", "[]" },
        { "targets", "targets", "'t'" },
        { "targets[0].name", "targets[0].name", "'a b'" },
        { "targets[0].name", "targets[0].name", $"'{new string('x', 65)}'" },
        { "targets[0].address", "targets[0].address", "'127.0.0.1:0'" },
        { "targets[0].address", "targets[0].address", "'127.0.0.1:70000'" },
        { "targets[0].address", "targets[0].address", "'-'" },
        { "targets[0].serverName[0]", "targets[0].serverName", $"['{new string('x', 300)}']" },
        { "targets[0].serverName[1]", "targets[0].serverName", "['a', '']" },
        { "targets[0].starttls", "targets[0].starttls", "'gopher'" },
        { "targets[0].trust.ca", "targets[0].trust", "{ 'ca': '-----BEGIN CERTIFICATE-----' }" },
        { "targets[0].trust.ca", "targets[0].trust", "{ 'ca': '/etc/passwd' }" },
        { "targets[0].extra", "targets[0].extra", "1" },
        { "profiles", "profiles", "[]" },
        { "profiles[0].weight", "profiles[0].weight", "0" },
        { "profiles[0].weight", "profiles[0].weight", "2147483647" },
        { "profiles[0].weight", "profiles[0].weight", "1e2" },
        { "profiles[0].tls", "profiles[0].tls", "[]" },
        { "profiles[0].tls[0]", "profiles[0].tls", "['1.4']" },
        { "profiles[0].ciphers[0]", "profiles[0].ciphers", "['TLS_UNHEARD_OF']" },
        { "profiles[0].groups[1]", "profiles[0].groups", "['x25519', 'x25519']" },
        { "profiles[0].alpn[0]", "profiles[0].alpn", "['']" },
        { "profiles[0].resume", "profiles[0].resume", "'NaN%'" },
        { "profiles[0].resume", "profiles[0].resume", "'110%'" },
        { "profiles[0].confirm", "profiles[0].confirm", "'perhaps'" },
        { "profiles[0].hold", "profiles[0].hold", "'-1s'" },
        { "profiles[0].hold", "profiles[0].hold", "'2h'" },
        { "profiles[0].ocsp", "profiles[0].ocsp", "true" },
        { "profiles[0].psk.key", "profiles[0].psk", "{ 'identity': 'i', 'key': '0x' }" },
        { "profiles[0].clientCertificates[0]", "profiles[0].clientCertificates", "[ { 'cert': '-----BEGIN none', 'key': '-----BEGIN none' } ]" },
        { "profiles[0].clientCertificates[0].cert", "profiles[0].clientCertificates", "[ { 'cert': '/etc/passwd' } ]" },
        { "load[0].hold.rate", "load[0].hold.rate", "'1000000000000000000/s'" },
        { "load[0].hold.rate", "load[0].hold.rate", "'NaN/s'" },
        { "load[0].hold.rate", "load[0].hold.rate", "'-5/s'" },
        { "load[0].hold.for", "load[0].hold.for", "'0s'" },
        { "load[0].hold.for", "load[0].hold.for", "'40d'" },
        { "load[0].ramp", "load[0]", "{ 'ramp': { 'from': '0/s', 'to': '0/s', 'over': '1s' } }" },
        { "load", "load", "[ { 'hold': { 'rate': '1/s', 'for': '20d' } }, { 'hold': { 'rate': '1/s', 'for': '20d' } } ]" },
        { "load", "load", "[]" },
        { "load", "load", "7" },
        { "count", "count", "0" },
        { "count", "count", "-1" },
        { "load.connections", "load", "{ 'connections': 0, 'count': 1 }" },
        { "load", "load", "{ 'connections': 1 }" },
        { "load.count", "load", "{ 'connections': 1, 'count': 0 }" },
        { "load.for", "load", "{ 'connections': 1, 'for': '0s' }" },
        { "limits.connections", "limits.connections", "0" },
        { "limits.connectTimeout", "limits.connectTimeout", "'0s'" },
        { "limits.handshakeTimeout", "limits.handshakeTimeout", "'11m'" },
        { "thresholds[0]", "thresholds", "['server_hello.p99 < 5ms']" },
        { "thresholds[1]", "thresholds", "['p99 < 5ms', 'p99']" },
        { "authorized[0]", "authorized", "['203.0.113.0/99']" },
        { "seed", "seed", "-1" },
        { "engine", "engine", "'none'" },
        { "crypto", "crypto", "'99'" },
        { "close", "close", "null" },
        { "plan", "", "[]" },
    };

    [Fact]
    public void A_plan_within_the_rules_comes_back_as_it_was()
    {
        var plan = Valid(PlanDocument.Encode(Good));

        Assert.Equivalent(Good with { Load = plan.Load }, plan, strict: true);
        Assert.Equal(new Constant(100, TimeSpan.FromSeconds(10)), Assert.IsType<Load.Open>(plan.Load).Schedule.Shape);
    }

    [Theory]
    [MemberData(nameof(Breaches))]
    public void A_value_out_of_its_range_is_named_by_its_key_with_a_remedy(string place, string key, string json)
    {
        var problems = Invalid(Change(key, json));

        Assert.Contains(problems, problem => problem.Place == place);
        Assert.All(problems, problem => Assert.NotEmpty(problem.Remedy));
    }

    [Fact]
    public void A_limit_below_the_connections_of_a_closed_load_is_refused()
    {
        var document = JsonNode.Parse(Change("load", "{ 'connections': 50, 'count': 1 }"))!;
        document["limits"]!["connections"] = 49;

        Assert.Equal("limits.connections", Assert.Single(Invalid(Encoding.UTF8.GetBytes(document.ToJsonString()))).Place);
    }

    [Fact]
    public void Every_problem_is_told_at_once()
    {
        var document = JsonNode.Parse(PlanDocument.Encode(Good))!;
        document["targets"]![0]!["address"] = "127.0.0.1:0";
        document["profiles"]![0]!["weight"] = 0;
        document["load"]![0]!["hold"]!["rate"] = "x";
        document["seed"] = -1;

        Assert.Equal(
            ["load[0].hold.rate", "profiles[0].weight", "seed", "targets[0].address"],
            Invalid(Encoding.UTF8.GetBytes(document.ToJsonString())).Select(problem => problem.Place).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("\"plan\"")]
    [InlineData("{} {}")]
    [InlineData("{ \"name\": \"\\ud800\" }")]
    [InlineData("{ \"name\": \"a\", \"name\": \"b\" }")]
    [InlineData("[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[")]
    public void Bytes_that_are_no_plan_are_refused(string text) => Assert.NotEmpty(Invalid(Encoding.UTF8.GetBytes(text)));

    [Fact]
    public void Text_that_is_not_UTF8_is_refused() => Assert.NotEmpty(Invalid([.. "{ \"name\": \""u8, 0xff, .. "\" }"u8]));

    [Fact]
    public void A_plan_with_a_million_faults_is_refused_with_those_that_fit_into_a_message()
    {
        var text = $"{{ \"targets\": [ {{ \"name\": \"t\", \"address\": \"h:1\", \"serverName\": [ {string.Join(',', Enumerable.Repeat("\"-\"", 100_000))} ] }} ] }}";

        Assert.InRange(Invalid(Encoding.UTF8.GetBytes(text)).Count, 1, 100);
    }

    private static Plan Valid(byte[] document)
    {
        var reading = PlanDocument.Decode(document, Engines);
        Assert.True(reading is PlanReading.Valid, reading is PlanReading.Invalid invalid ? string.Join('\n', invalid.Problems) : "");
        return ((PlanReading.Valid)reading).Plan;
    }

    private static IReadOnlyList<PlanProblem> Invalid(byte[] document) => Assert.IsType<PlanReading.Invalid>(PlanDocument.Decode(document, Engines)).Problems;

    // Quotes are single in the table, for the eye.
    private static byte[] Change(string path, string json)
    {
        var value = JsonNode.Parse(json.Replace('\'', '"'));
        var document = JsonNode.Parse(PlanDocument.Encode(Good))!;
        var steps = path.Split(['.', '[', ']'], StringSplitOptions.RemoveEmptyEntries);
        if (steps.Length == 0)
        {
            return Encoding.UTF8.GetBytes(value!.ToJsonString());
        }

        var parent = steps[..^1].Aggregate(document, (node, step) => int.TryParse(step, out var index) ? node[index]! : node[step]!);
        if (int.TryParse(steps[^1], out var last))
        {
            parent[last] = value;
        }
        else
        {
            parent[steps[^1]] = value;
        }

        return Encoding.UTF8.GetBytes(document.ToJsonString());
    }
}
