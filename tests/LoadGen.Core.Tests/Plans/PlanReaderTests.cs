using System.Collections.Frozen;
using LoadGen.Core.Handshakes;
using LoadGen.Core.Plans;
using LoadGen.Core.Shapes;

namespace LoadGen.Core.Tests.Plans;

public sealed class PlanReaderTests
{
    private const string Minimal = """
        targets:
          - { name: gateway, address: "127.0.0.1:8443", trust: insecure }
        """;

    private static readonly EngineCapabilities Everything = new()
    {
        Rank = 1,
        TlsVersions = FrozenSet.ToFrozenSet([TlsVersion.Tls12, TlsVersion.Tls13]),
        CipherSuites = FrozenSet.ToFrozenSet(["TLS_AES_128_GCM_SHA256", "TLS_RSA_WITH_AES_128_GCM_SHA256"]),
        Groups = FrozenSet.ToFrozenSet(["x25519", "secp256r1"]),
        SignatureSchemes = FrozenSet.ToFrozenSet(["ed25519"]),
        Features = Enum.GetValues<EngineFeature>().ToFrozenSet(),
        Phases = Enum.GetValues<Phase>().ToFrozenSet(),
    };

    private static readonly EngineCapabilities Little = Everything with
    {
        Groups = FrozenSet<string>.Empty,
        Features = FrozenSet<EngineFeature>.Empty,
        Phases = FrozenSet.ToFrozenSet([Phase.TcpConnect]),
    };

    private readonly PlanReader _reader = new(new Dictionary<string, EngineCapabilities> { ["bouncycastle"] = Everything, ["sslstream"] = Little });

    [Fact]
    public void A_full_plan_is_read_as_it_is_written()
    {
        var plan = Valid("""
            name: gateway-before-renewal
            targets:
              - name: gateway
                address: gateway.internal:443
                serverName: www.example.com
                trust: insecure
              - { name: other, address: "[::1]" }
            profiles:
              - { name: modern, weight: 70, tls: "1.3", groups: [secp256r1, x25519] }
              - { name: legacy, weight: 30, tls: "1.2", ciphers: [TLS_RSA_WITH_AES_128_GCM_SHA256] }
            load:
              - ramp: { from: 0/s, to: 400/s, over: 10s }
              - hold: { rate: 400/s, for: 5s }
            limits: { connections: 5000, connectTimeout: 2s, handshakeTimeout: 3s }
            thresholds: [ "p99 < 50ms", "failures < 0.1%" ]
            authorized: [ gateway.internal ]
            seed: 7
            close: fin
            """);

        Assert.Equal("gateway-before-renewal", plan.Name);
        Assert.Equivalent(
            new Target { Name = "gateway", Host = "gateway.internal", Port = 443, ServerName = "www.example.com", Trust = Trust.Insecure }, plan.Targets[0], strict: true);
        Assert.Equivalent(new Target { Name = "other", Host = "::1", Port = 443, ServerName = "::1", Trust = Trust.System }, plan.Targets[1], strict: true);
        Assert.Equal(["modern", "legacy"], plan.Profiles.Select(profile => profile.Name));
        Assert.Equal(["secp256r1", "x25519"], plan.Profiles[0].Groups);
        Assert.Equal([TlsVersion.Tls12], plan.Profiles[1].TlsVersions);
        Assert.Equal(4000 + 2000 - 2000, Assert.IsType<Load.Open>(plan.Load).Schedule.Count);
        Assert.Equal(
            new Limits { Connections = 5000, AsksForConnections = true, ConnectTimeout = TimeSpan.FromSeconds(2), HandshakeTimeout = TimeSpan.FromSeconds(3) }, plan.Limits);
        Assert.Equal(["p99 < 50ms", "failures < 0.1%"], plan.Thresholds.Select(threshold => threshold.Expression));
        Assert.Equal(["gateway.internal"], plan.Authorized);
        Assert.Equal(7, plan.Seed);
        Assert.Equal(CloseMode.Fin, plan.Close);
    }

    [Theory]
    [InlineData(false, "", null)]
    [InlineData(true, "limits: { connections: 1000 }", null)]
    [InlineData(true, "", "1000")]
    public void As_many_connections_as_the_default_are_asked_for_only_where_they_are_written(bool asks, string limits, string? maxConnections) => Assert.Equal(
        new Limits { AsksForConnections = asks }, Valid($"{Minimal}\nload: [ hold: {{ rate: 10/s, for: 5s }} ]\n{limits}", maxConnections is null ? PlanFlags.None : PlanFlags.None.With("--max-connections", maxConnections)).Limits);

    [Fact]
    public void A_minimal_plan_gets_the_documented_defaults()
    {
        var plan = Valid(Minimal);

        Assert.Equal(("auto", "bouncycastle"), (plan.Engine, plan.Profiles[0].Engine?.Name));
        Assert.Equal(CloseMode.Notify, plan.Close);
        Assert.Equal([TlsVersion.Tls13, TlsVersion.Tls12], Assert.Single(plan.Profiles).TlsVersions);
        Assert.Equal(new Constant(100, TimeSpan.FromSeconds(10)), Assert.IsType<Load.Open>(plan.Load).Schedule.Shape);
        Assert.Equal(42, plan.Seed);
    }

    [Fact]
    public void A_closed_load_is_read()
        => Assert.Equal(new Load.Closed(50, TimeSpan.FromSeconds(10), null), Valid(Minimal + "\nload: { connections: 50, for: 10s }").Load);

    [Fact]
    public void Everything_that_a_profile_can_do_is_read()
    {
        var plan = Valid("""
            targets:
              - { name: mail, address: "127.0.0.1:25", serverName: [a.example, b.example], starttls: smtp, trust: insecure }
            profiles:
              - name: all
                tls: "1.2"
                groups: [x25519, secp256r1]
                keyShares: [secp256r1]
                resume: 30%
                expectStatus: [2xx, 404]
                checks: lean
                ocsp: true
                extendedMasterSecret: false
                hold: 30s
                psk: { identity: "a:b", key: 00ff }
              - { name: retried, keyShares: none }
            crypto: managed
            """);

        var profile = plan.Profiles[0];
        Assert.Equal(("a.example", "b.example"), (plan.Targets[0].ServerName, Assert.Single(plan.Targets[0].FurtherServerNames)));
        Assert.Equal(StartTlsProtocol.Smtp, plan.Targets[0].StartTls);
        Assert.Equal(["secp256r1"], profile.KeyShares!);
        Assert.Empty(plan.Profiles[1].KeyShares!);
        Assert.Equal((0.3, Confirm.Http, Checks.Lean), (profile.Resume, profile.Confirm, profile.Checks));
        Assert.Equal(["2xx", "404"], profile.ExpectStatus);
        Assert.True(profile.Ocsp);
        Assert.False(profile.ExtendedMasterSecret);
        Assert.Equal(TimeSpan.FromSeconds(30), profile.Hold);
        Assert.Equal(new PreSharedKey("a:b", "00ff"), profile.PreSharedKey);
        Assert.Equal(CryptoChoice.Managed, plan.Crypto);
    }

    [Theory]
    [InlineData("keyShares: [secp256r1], groups: [x25519]", "not among its groups")]
    [InlineData("psk: { identity: a, key: 0 }", "hexadecimal")]
    [InlineData("psk: { identity: '', key: 00 }", "identity")]
    [InlineData("resume: 30", "percentage")]
    [InlineData("ocsp: maybe", "true or false")]
    [InlineData("hold: 2h", "out of range")]
    [InlineData("confirm: htp", "did you mean http?")]
    [InlineData("confirm: http, alpn: [http/1.1, h2]", "confirms by a request in HTTP/1.1")]
    [InlineData("confirm: close, expectStatus: 2xx", "sends no request")]
    [InlineData("expectStatus: [2xx, 1xx]", "is not an HTTP status")]
    [InlineData("expectStatus: 2000", "is not an HTTP status")]
    [InlineData("clientCertificates: [ { cert: /does/not/exist.pem } ]", "does not exist")]
    public void A_profile_that_cannot_be_run_is_a_problem_with_its_line(string profile, string part)
    {
        var problem = Assert.Single(Invalid(Minimal + "\nprofiles: [ { name: p, " + profile + " } ]"));

        Assert.StartsWith("plan.yaml:3:", problem.Place, StringComparison.Ordinal);
        Assert.Contains(part, problem.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("resume: 1%, tls: '1.2'", "cannot resume TLS 1.2 sessions")]
    [InlineData("resume: 1%, tls: '1.3'", "cannot resume TLS 1.3 sessions")]
    [InlineData("confirm: close", "cannot wait for the server's response")]
    [InlineData("checks: lean", "cannot run lean checks")]
    [InlineData("hold: 1s", "cannot hold")]
    [InlineData("ocsp: true", "cannot request OCSP")]
    [InlineData("extendedMasterSecret: false", "cannot omit")]
    [InlineData("psk: { identity: a, key: 00 }", "cannot use pre-shared keys")]
    public void What_an_engine_cannot_do_is_refused_with_the_one_that_can(string profile, string part)
    {
        var problem = Assert.Single(Invalid(Minimal + "\nengine: sslstream\nprofiles: [ { name: p, " + profile + " } ]"));

        Assert.Contains(part, problem.Message, StringComparison.Ordinal);
        Assert.Contains("use engine bouncycastle", problem.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void Flags_override_the_plan_and_add_to_its_lists()
    {
        var plan = Valid(
            Minimal + "\nload: [ hold: { rate: 10/s, for: 5s } ]\nthresholds: [ 'p99<1s' ]",
            PlanFlags.None.With("--rate", "300").With("--servername", "example.com").With("--threshold", "failures<1%").With("--engine", "sslstream").With("--tls", "1.2"));

        Assert.Equal(new Constant(300, TimeSpan.FromSeconds(5)), Assert.IsType<Load.Open>(plan.Load).Schedule.Shape);
        Assert.Equal("example.com", plan.Targets[0].ServerName);
        Assert.Equal(2, plan.Thresholds.Count);
        Assert.Equal("sslstream", plan.Engine);
        Assert.Equal([TlsVersion.Tls12], plan.Profiles[0].TlsVersions);
    }

    [Fact]
    public void Flags_alone_make_a_plan()
    {
        var plan = Valid(null, PlanFlags.None.With("--target", "127.0.0.1:1,localhost:2").With("--concurrency", "8").With("--count", "100").With("--insecure"));

        Assert.Equal(["target-1", "target-2"], plan.Targets.Select(target => target.Name));
        Assert.All(plan.Targets, target => Assert.Equal(Trust.Insecure, target.Trust));
        Assert.Equal(new Load.Closed(8, null, 100), plan.Load);
    }

    [Fact]
    public void Every_problem_is_told_at_once_each_with_its_line_and_remedy()
    {
        var problems = Invalid("""
            name: bad
            targets:
              - name: gateway
                address: gateway.internal:99999
              - name: gateway
                adress: x:1
            profiles:
              - { name: modern, weight: 0, tls: "1.4", resume: 130% }
            load:
              - ramp: { from: 0/s, to: 2000, over: 30s }
            limits: { connections: many, connectTimeout: 5 }
            thresholds: [ "p98 < 50ms" ]
            seed: x
            extra: 1
            """);

        (int Line, string Part)[] expected =
        [
            (4, "99999"), (5, "\"address\""), (5, "second target"), (6, "did you mean address?"), (8, "\"0\""), (8, "\"1.4\""), (8, "\"130%\""),
            (10, "\"2000\""), (11, "\"many\""), (11, "\"5\""), (12, "p98"), (13, "\"x\""), (14, "\"extra\""),
        ];
        Assert.Equal(expected.Length, problems.Count);
        Assert.All(expected, each => Assert.Contains(
            problems, problem => problem.Place.StartsWith($"plan.yaml:{each.Line}:", StringComparison.Ordinal) && problem.Message.Contains(each.Part, StringComparison.Ordinal)
                || problem.Place.StartsWith($"plan.yaml:{each.Line}:", StringComparison.Ordinal) && problem.Remedy.Contains(each.Part, StringComparison.Ordinal)));
        Assert.All(problems, problem => Assert.NotEmpty(problem.Remedy));
    }

    [Theory]
    [InlineData("targets: [", "plan.yaml:2")]
    [InlineData("a: &x [*x]", "plan.yaml:1")]
    [InlineData("- just\n- a list", "plan.yaml:1")]
    [InlineData("name: a\nname: b", "plan.yaml:2")]
    [InlineData("\tname: a", "plan.yaml:1")]
    public void Text_that_is_no_plan_is_one_problem_at_its_line_and_never_an_exception(string text, string place)
        => Assert.Contains(Invalid(text), problem => problem.Place.StartsWith(place, StringComparison.Ordinal));

    [Fact]
    public void A_missing_file_is_a_problem_that_names_it()
    {
        var reading = Assert.IsType<PlanReading.Invalid>(_reader.Read(null, "/does/not/exist.yaml", PlanFlags.None));

        Assert.Contains("/does/not/exist.yaml", Assert.Single(reading.Problems).ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("groups: [x25519]", "use engine bouncycastle")]
    [InlineData("ciphers: [TLS_AES_128_GCM_SHA256], tls: '1.2'", "TLS 1.2 without a cipher suite")]
    public void What_the_engine_cannot_do_is_refused_with_the_remedy(string profile, string expected)
    {
        var problems = Invalid($"{Minimal}\nengine: sslstream\nprofiles: [ {{ name: p, {profile} }} ]");

        Assert.Contains(problems, problem => problem.ToString().Contains(expected, StringComparison.Ordinal));
    }

    [Fact]
    public void A_threshold_on_a_phase_that_the_engine_cannot_see_is_refused()
        => Assert.Contains("cannot time the phase server_hello", Assert.Single(Invalid($"{Minimal}\nengine: sslstream\nthresholds: [ 'server_hello.p99<1s' ]")).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("--rate", "x")]
    [InlineData("--duration", "5")]
    [InlineData("--count", "-1")]
    [InlineData("--timeout", "0s")]
    [InlineData("--max-connections", "0")]
    [InlineData("--close", "politely")]
    [InlineData("--engine", "openssl")]
    public void A_bad_flag_is_a_problem_at_that_flag(string flag, string value)
    {
        var problem = Assert.Single(Invalid(Minimal, PlanFlags.None.With(flag, value)));
        Assert.Equal(flag, problem.Place);
    }

    [Fact]
    public void Flags_that_exclude_each_other_are_refused()
    {
        Assert.Contains(Invalid(Minimal, PlanFlags.None.With("--rate", "1").With("--concurrency", "1")), problem => problem.Message.Contains("--concurrency", StringComparison.Ordinal));
        Assert.Contains(Invalid(Minimal, PlanFlags.None.With("--cacert", "ca.pem").With("--insecure")), problem => problem.Message.Contains("--cacert", StringComparison.Ordinal));
    }

    [Fact]
    public void A_dot_at_the_end_of_a_host_is_no_part_of_the_server_name()
    {
        var target = Valid("targets: [ { name: t, address: \"gateway.internal.:443\", trust: insecure } ]").Targets[0];

        Assert.Equal(("gateway.internal.", "gateway.internal"), (target.Host, target.ServerName));
        Assert.Equal("www.example.com", Valid(Minimal, PlanFlags.None.With("--servername", "www.example.com.")).Targets[0].ServerName);
    }

    [Fact]
    public void A_run_without_a_target_is_refused()
        => Assert.Contains("no target", Assert.Single(Invalid("name: empty")).Message, StringComparison.Ordinal);

    private Plan Valid(string? text, PlanFlags? flags = null)
    {
        var reading = _reader.Read(text, text is null ? null : "plan.yaml", flags ?? PlanFlags.None);
        Assert.True(reading is PlanReading.Valid, reading is PlanReading.Invalid invalid ? string.Join('\n', invalid.Problems) : "");
        return ((PlanReading.Valid)reading).Plan;
    }

    private IReadOnlyList<PlanProblem> Invalid(string text, PlanFlags? flags = null)
        => Assert.IsType<PlanReading.Invalid>(_reader.Read(text, "plan.yaml", flags ?? PlanFlags.None)).Problems;
}
