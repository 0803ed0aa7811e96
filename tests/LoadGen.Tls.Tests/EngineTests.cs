using System.Net;
using System.Security.Cryptography.X509Certificates;
using LoadGen.Core.Handshakes;
using LoadGen.Core.Plans;
using LoadGen.Core.Shapes;
using LoadGen.TargetServer;
using LoadGen.TestServers.Certificates;
using LoadGen.TestServers.Servers;

namespace LoadGen.Tls.Tests;

/// <summary>What every engine must do alike; a short subclass for each.</summary>
public abstract class EngineTests : IDisposable
{
    private readonly TestAuthority _authority = new();

    protected TestAuthority Authority => _authority;

    protected abstract string Engine { get; }

    public void Dispose()
    {
        _authority.Dispose();
        GC.SuppressFinalize(this);
    }

    [Theory]
    [InlineData(TlsVersion.Tls12, KeyKind.EcdsaP256)]
    [InlineData(TlsVersion.Tls12, KeyKind.Rsa2048)]
    [InlineData(TlsVersion.Tls13, KeyKind.EcdsaP256)]
    [InlineData(TlsVersion.Tls13, KeyKind.Rsa2048)]
    public async Task A_full_handshake_is_completed_and_the_server_says_the_same(TlsVersion version, KeyKind key)
    {
        Require(version);
        await using var target = BuiltInTarget.Start(new BuiltInTargetOptions { Key = key });

        var outcome = await ShakeAsync(PlanFor(target.EndPoint, version) with { Targets = [TargetAt(target.EndPoint, target.Authority)] });

        AssertCompleted(outcome);
        Assert.Equal(version, outcome.Negotiated!.TlsVersion);
        Assert.False(outcome.Negotiated.Resumed);
        var counters = await target.StopAsync(Cancellation);
        Assert.Equal((1, 0, 0), (counters.Full, counters.Resumed, counters.Failed));
    }

    [Theory]
    [InlineData(TlsVersion.Tls12)]
    [InlineData(TlsVersion.Tls13)]
    public async Task One_client_makes_full_handshakes_again_and_again_although_the_server_would_resume(TlsVersion version)
    {
        Require(version);
        await using var target = BuiltInTarget.Start(new BuiltInTargetOptions { AllowResumption = true });
        using var engine = Create(PlanFor(target.EndPoint, version) with { Targets = [TargetAt(target.EndPoint, target.Authority)] });
        using var client = engine.CreateClient();

        for (var i = 0; i < 20; i++)
        {
            AssertCompleted(await client.HandshakeAsync(0, 0, Cancellation));
        }

        var counters = await target.StopAsync(Cancellation);
        Assert.Equal((20, 0), (counters.Full, counters.Resumed));
    }

    [Theory]
    [InlineData(TlsVersion.Tls12)]
    [InlineData(TlsVersion.Tls13)]
    public async Task Bytes_that_come_one_at_a_time_make_the_same_handshake(TlsVersion version)
    {
        Require(version);
        await using var target = BuiltInTarget.Start();
        await using var relay = Relay.To(target.EndPoint);

        var outcome = await ShakeAsync(PlanFor(relay.EndPoint, version) with { Targets = [TargetAt(relay.EndPoint, target.Authority)] });

        AssertCompleted(outcome);
        Assert.Equal(version, outcome.Negotiated!.TlsVersion);
    }

    [Theory]
    [InlineData(CloseMode.Notify, false, true)]
    [InlineData(CloseMode.Rst, true, true)]
    [InlineData(CloseMode.Fin, false, false)]
    [InlineData(CloseMode.Abort, true, false)]
    public async Task A_connection_ends_as_the_plan_says(CloseMode close, bool reset, bool alerted)
    {
        Require(TlsVersion.Tls12);
        await using var target = BuiltInTarget.Start();
        await using var relay = Relay.To(target.EndPoint);

        // In TLS 1.2 the type of a record can be seen from outside.
        AssertCompleted(await ShakeAsync(
            PlanFor(relay.EndPoint, TlsVersion.Tls12) with { Close = close, Targets = [TargetAt(relay.EndPoint, target.Authority)] }));

        const byte alert = 21;
        var closed = await relay.Closed.WaitAsync(Cancellation);
        Assert.Equal((reset, alerted), (closed.Reset, closed.LastRecordType == alert));
    }

    [Fact]
    public async Task The_phases_that_are_seen_are_inside_the_whole()
    {
        await using var target = BuiltInTarget.Start();

        // In TLS 1.2 the server's Finished comes before its answer.
        var profile = new Profile
        {
            Name = "p",
            TlsVersions = [Speaks(TlsVersion.Tls12) ? TlsVersion.Tls12 : TlsVersion.Tls13],
            Confirm = Engines.Capabilities[Engine].Features.Contains(EngineFeature.Confirm) ? Confirm.Http : Confirm.None,
        };

        var outcome = await ShakeAsync(PlanFor(target.EndPoint) with { Targets = [TargetAt(target.EndPoint, target.Authority)], Profiles = [profile] });

        AssertCompleted(outcome);
        var seen = Enum.GetValues<Phase>().Where(phase => outcome.Phases[phase] is not null).ToList();
        Assert.Equal(Engines.Capabilities[Engine].Phases.Except([Phase.Dns, Phase.ProxyConnect, Phase.StartTls]).Order(), seen);
        var sum = seen.Aggregate(TimeSpan.Zero, (all, phase) => all + outcome.Phases[phase]!.Value);
        var handshake = seen.Where(phase => phase >= Phase.ServerHello).Aggregate(TimeSpan.Zero, (all, phase) => all + outcome.Phases[phase]!.Value);
        if (seen.Contains(Phase.ServerHello))
        {
            // To a tick for each: a clock's own ticks are finer.
            Assert.InRange(outcome.Elapsed - sum, TimeSpan.Zero, new TimeSpan(seen.Count));
            Assert.InRange(outcome.Handshake!.Value - handshake, TimeSpan.Zero, new TimeSpan(seen.Count));
        }
        else
        {
            Assert.InRange(outcome.Elapsed - outcome.Handshake!.Value - sum, TimeSpan.Zero, new TimeSpan(seen.Count));
        }
    }

    [Theory]
    [InlineData(TlsVersion.Tls12, false)]
    [InlineData(TlsVersion.Tls13, false)]
    [InlineData(TlsVersion.Tls13, true)]
    public async Task What_a_handshake_cost_on_the_network_is_what_passed_there(TlsVersion version, bool isRetried)
    {
        Require(version);
        var certificate = Authority.Issue(new LeafOptions { ViaIntermediate = true });
        await using var server = await OpensslServer.StartAsync(certificate, isRetried ? ["-groups", "P-384"] : [], Cancellation);
        await using var relay = Relay.To(server.EndPoint, segmentBytes: 536);

        // Closed without close_notify, which would pass too.
        var outcome = await ShakeAsync(PlanFor(relay.EndPoint, version) with { Close = CloseMode.Fin });

        AssertCompleted(outcome);
        await relay.Closed.WaitAsync(Cancellation);
        var passed = relay.Passed.ToList();
        if (version == TlsVersion.Tls13)
        {
            // Behind the client's Finished come tickets.
            var end = passed.FindLastIndex(part => part.FromClient) + 1;
            passed.RemoveRange(end, passed.Count - end);
        }
        else
        {
            // The server answers the end of the connection with an alert.
            const byte Alert = 21;
            passed.RemoveAll(part => !part.FromClient && part.Bytes[0] == Alert);
        }

        var wire = outcome.Wire;
        Assert.Equal(passed.Where(part => part.FromClient).Sum(part => part.Bytes.Length), wire.BytesOut);
        Assert.Equal(passed.Where(part => !part.FromClient).Sum(part => part.Bytes.Length), wire.BytesIn);
        Assert.Equal(isRetried ? (5, 1) : version == TlsVersion.Tls13 ? (3, 0) : (4, 0), (wire.Flights, wire.Retries));
        Assert.Equal(isRetried, outcome.Negotiated!.HelloRetryRequest);
        Assert.Equal(
            Engines.Capabilities[Engine].Features.Contains(EngineFeature.CertificateBytes) ? CertificateMessageBytes(certificate, version) : null, wire.CertificateBytes);
        if (OperatingSystem.IsLinux())
        {
            // The server's flight with its certificates; TCP's own options take at most 40 bytes of a segment.
            var answers = passed.SkipWhile(part => part.FromClient);
            var flight = (isRetried ? answers.SkipWhile(part => !part.FromClient).SkipWhile(part => part.FromClient) : answers)
                .TakeWhile(part => !part.FromClient).Sum(part => part.Bytes.Length);
            Assert.InRange(wire.ServerFlightSegments!.Value, (flight + 535) / 536, (flight + 495) / 496);
            Assert.NotNull(wire.Tcp);
            Assert.NotEqual(TimeSpan.Zero, wire.Tcp.Value.RoundTrip);
        }
    }

    [Fact]
    public async Task The_connection_of_one_handshake_in_a_hundred_is_looked_at()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "only Linux tells");
        await using var target = BuiltInTarget.Start();
        using var engine = Create(PlanFor(target.EndPoint) with { Targets = [TargetAt(target.EndPoint, target.Authority)] });
        using var client = engine.CreateClient();

        var samples = 0;
        for (var i = 0; i < 101; i++)
        {
            samples += (await client.HandshakeAsync(0, 0, Cancellation)).Wire.Tcp is null ? 0 : 1;
        }

        Assert.Equal(2, samples);
    }

    // RFC 8446 section 4.4.2 and RFC 5246 section 7.4.2: the message's header, the list's head, and each certificate with its length.
    private static int CertificateMessageBytes(CertificateFiles files, TlsVersion version)
    {
        var chain = new X509Certificate2Collection();
        chain.ImportFromPem(files.ChainPem);
        var certificates = chain.Sum(each => 3 + each.RawData.Length);
        return version == TlsVersion.Tls13 ? 4 + 1 + 3 + certificates + (2 * chain.Count) : 4 + 3 + certificates;
    }

    [Fact]
    public async Task A_refused_port_is_told_apart()
    {
        using var port = new RefusedPort();

        AssertFailed(FailureKind.ConnectionRefused, Phase.TcpConnect, FaultSide.Server, await ShakeAsync(PlanFor(port.EndPoint)));
    }

    [Fact]
    public async Task A_host_that_does_not_resolve_is_told_apart()
    {
        var plan = PlanFor(new IPEndPoint(IPAddress.Loopback, 443));

        var outcome = await ShakeAsync(plan with { Targets = [plan.Targets[0] with { Host = "no-such-host.invalid" }] });

        AssertFailed(FailureKind.DnsFailure, Phase.Dns, FaultSide.Network, outcome);
    }

    [Fact]
    public async Task A_silent_server_runs_into_the_handshake_timeout()
    {
        await using var server = ScriptedServer.Silent();

        var outcome = await ShakeAsync(PlanFor(server.EndPoint) with { Limits = new Limits { HandshakeTimeout = TimeSpan.FromMilliseconds(200) } });

        AssertFailed(FailureKind.HandshakeTimeout, Phase.ServerHello, FaultSide.Server, outcome);
        Assert.InRange(outcome.Elapsed, TimeSpan.FromMilliseconds(190), TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task A_stopped_run_cancels_what_is_under_way()
    {
        await using var server = ScriptedServer.Silent();
        using var engine = Create(PlanFor(server.EndPoint));
        using var client = engine.CreateClient();
        using var stop = new CancellationTokenSource();

        var handshake = client.HandshakeAsync(0, 0, stop.Token).AsTask();
        await stop.CancelAsync();

        Assert.Equal(FailureKind.Cancelled, (await handshake).Failure?.Kind);
    }

    [Fact]
    public async Task A_client_goes_on_after_failures()
    {
        await using var server = ScriptedServer.ClosesAfterClientHello();
        await using var target = BuiltInTarget.Start();
        var plan = PlanFor(server.EndPoint);
        using var engine = Create(plan with { Targets = [plan.Targets[0], TargetAt(target.EndPoint, target.Authority) with { Name = "good" }] });
        using var client = engine.CreateClient();

        for (var i = 0; i < 3; i++)
        {
            Assert.False((await client.HandshakeAsync(0, 0, Cancellation)).IsCompleted);
            AssertCompleted(await client.HandshakeAsync(1, 0, Cancellation));
        }
    }

    [Fact]
    public async Task A_server_that_closes_after_client_hello_closed_early()
    {
        await using var server = ScriptedServer.ClosesAfterClientHello();

        AssertFailed(FailureKind.ClosedEarly, Phase.ServerHello, FaultSide.Server, await ShakeAsync(PlanFor(server.EndPoint)));
    }

    [Fact]
    public async Task A_server_that_resets_after_client_hello_reset_the_connection()
    {
        await using var server = ScriptedServer.ResetsAfterClientHello();

        AssertFailed(FailureKind.ConnectionReset, Phase.ServerHello, FaultSide.Server, await ShakeAsync(PlanFor(server.EndPoint)));
    }

    [Theory]
    [InlineData(40, "handshake_failure")]
    [InlineData(70, "protocol_version")]
    [InlineData(112, "unrecognized_name")]
    public async Task A_fatal_alert_is_told_by_its_name(byte description, string name)
    {
        await using var server = ScriptedServer.Alerts(description);

        var outcome = await ShakeAsync(PlanFor(server.EndPoint));

        AssertFailed(FailureKind.AlertReceived, Phase.ServerHello, FaultSide.Server, outcome);
        Assert.Equal(name, outcome.Failure!.Alert);
    }

    [Fact]
    public async Task A_web_server_without_tls_is_a_protocol_error()
    {
        await using var server = ScriptedServer.PlainHttp();

        Assert.Equal(FailureKind.ProtocolError, (await ShakeAsync(PlanFor(server.EndPoint))).Failure?.Kind);
    }

    [Theory]
    [InlineData("expired", FailureKind.CertificateExpired)]
    [InlineData("not yet valid", FailureKind.CertificateNotYetValid)]
    [InlineData("wrong name", FailureKind.CertificateWrongName)]
    [InlineData("self-signed", FailureKind.CertificateUntrusted)]
    public async Task A_bad_certificate_ends_in_its_own_kind_and_insecure_accepts_it(string which, FailureKind kind)
    {
        var certificate = which switch
        {
            "expired" => Authority.Expired(),
            "not yet valid" => Authority.NotYetValid(),
            "wrong name" => Authority.WrongName(),
            _ => Authority.SelfSigned(),
        };
        await using var server = await OpensslServer.StartAsync(certificate, cancellation: Cancellation);

        var checkedOutcome = await ShakeAsync(PlanFor(server.EndPoint));
        var insecure = await ShakeAsync(PlanFor(server.EndPoint) with { Targets = [TargetAt(server.EndPoint, "") with { Trust = Trust.Insecure }] });

        Assert.Equal(kind, checkedOutcome.Failure?.Kind);
        Assert.Equal(FaultSide.Server, checkedOutcome.Failure!.Side);
        Assert.NotNull(checkedOutcome.Certificate);
        AssertCompleted(insecure);
    }

    [Theory]
    [InlineData("2.5.29.37", FailureKind.CertificateInvalid)] // extended key usage
    [InlineData("2.5.29.15", FailureKind.CertificateInvalid)] // key usage
    [InlineData("2.5.29.17", FailureKind.CertificateUntrusted)] // names
    [InlineData("2.5.29.19", FailureKind.CertificateUntrusted)] // basic constraints
    [InlineData("2.5.29.30", FailureKind.CertificateUntrusted)] // name constraints
    public async Task A_certificate_with_a_malformed_extension_fails_its_handshake(string extension, FailureKind kind)
    {
        // Over TLS 1.2 this server does not even choose such a certificate.
        await using var server = await OpensslServer.StartAsync(
            Authority.Issue(new LeafOptions { MalformedExtension = extension }), cancellation: Cancellation);

        var outcome = await ShakeAsync(PlanFor(server.EndPoint, TlsVersion.Tls13));

        Assert.Equal((kind, FaultSide.Server), (outcome.Failure?.Kind, outcome.Failure?.Side));
    }

    [Fact]
    public async Task A_spoiled_answer_is_one_failure_of_the_server_and_its_connection_is_closed()
    {
        Require(TlsVersion.Tls12);
        await using var target = BuiltInTarget.Start();
        var random = new Random(20);
        await using var spoiled = ScriptedServer.Spoils(target.EndPoint, answer => Spoil(answer, random));
        // In TLS 1.2 all messages of the first answer can be read, and be read wrongly.
        using var engine = Create(PlanFor(spoiled.EndPoint, TlsVersion.Tls12) with { Targets = [TargetAt(spoiled.EndPoint, target.Authority)] });
        using var client = engine.CreateClient();

        for (var i = 0; i < 300; i++)
        {
            var outcome = await client.HandshakeAsync(0, 0, Cancellation);

            Assert.False(outcome.IsCompleted);
            Assert.True(outcome.Failure!.Kind != FailureKind.InternalError, outcome.Failure!.ToString());
        }

        await spoiled.AllClosedAsync(Cancellation);
    }

    [Fact]
    public async Task A_chain_by_way_of_an_intermediate_is_accepted()
    {
        await using var server = await OpensslServer.StartAsync(Authority.Issue(new LeafOptions { ViaIntermediate = true }), cancellation: Cancellation);

        AssertCompleted(await ShakeAsync(PlanFor(server.EndPoint)));
    }

    [Fact]
    public async Task The_authority_of_a_test_is_unknown_to_the_system()
    {
        await using var server = await OpensslServer.StartAsync(Authority.Good(), cancellation: Cancellation);

        var outcome = await ShakeAsync(PlanFor(server.EndPoint) with { Targets = [TargetAt(server.EndPoint, "") with { Trust = Trust.System }] });

        Assert.Equal(FailureKind.CertificateUntrusted, outcome.Failure?.Kind);
    }

    [Theory]
    [InlineData(TlsVersion.Tls12)]
    [InlineData(TlsVersion.Tls13)]
    public async Task Gnutls_is_spoken_to(TlsVersion version)
    {
        Require(version);
        await using var server = await GnutlsServer.StartAsync(Authority.Good(), cancellation: Cancellation);

        var outcome = await ShakeAsync(PlanFor(server.EndPoint, version));

        AssertCompleted(outcome);
        Assert.Equal(version, outcome.Negotiated!.TlsVersion);
    }

    [Fact]
    public async Task A_public_address_is_refused_before_and_at_the_dialling()
    {
        var plan = PlanFor(new IPEndPoint(IPAddress.Parse("192.0.2.1"), 443));
        using var engine = Create(plan);

        var refusal = Assert.Single(await engine.FindRefusedTargetsAsync(Cancellation));
        Assert.Contains("--authorize 192.0.2.1", refusal, StringComparison.Ordinal);
        AssertFailed(FailureKind.NotAuthorized, Phase.TcpConnect, FaultSide.Generator, await ShakeAsync(plan));
    }

    private bool Speaks(TlsVersion version) => Engines.Capabilities[Engine].TlsVersions.Contains(version);

    private void Require(TlsVersion version) => Assert.SkipUnless(Speaks(version), $"{Engine} does not claim {version}");

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    protected static Target TargetAt(IPEndPoint endPoint, string authorities) => new()
    {
        Name = "test",
        Host = endPoint.Address.ToString(),
        Port = endPoint.Port,
        ServerName = "localhost",
        Trust = new Trust.Authorities(authorities),
    };

    protected Plan PlanFor(IPEndPoint endPoint, TlsVersion? version = null) => new()
    {
        Name = "test",
        Engine = Engine,
        Targets = [TargetAt(endPoint, Authority.Pem)],
        Profiles = [version is { } one ? new Profile { Name = "p", TlsVersions = [one] } : new Profile { Name = "p" }],
        Load = new Load.Open(new Schedule(new Constant(1, TimeSpan.FromSeconds(1)))),
    };

    protected static IHandshakeEngine Create(Plan plan) => Engines.Create(plan, TimeProvider.System);

    protected static async Task<Outcome> ShakeAsync(Plan plan)
    {
        using var engine = Create(plan);
        using var client = engine.CreateClient();
        return await client.HandshakeAsync(0, 0, Cancellation);
    }

    protected static void AssertCompleted(Outcome outcome) => Assert.True(outcome.IsCompleted, outcome.Failure?.ToString());

    private static byte[] Spoil(byte[] answer, Random random)
    {
        var at = random.Next(answer.Length);
        switch (random.Next(3))
        {
            case 0:
                answer[at] ^= (byte)random.Next(1, 256);
                return answer;
            case 1:
                return answer[..at];
            default:
                random.NextBytes(answer.AsSpan(at, Math.Min(answer.Length - at, random.Next(1, 40))));
                return answer;
        }
    }

    private static void AssertFailed(FailureKind kind, Phase phase, FaultSide side, Outcome outcome)
    {
        Assert.Equal(kind, outcome.Failure?.Kind);
        Assert.Equal((phase, side), (outcome.Failure!.Phase, outcome.Failure.Side));
        Assert.NotEmpty(outcome.Failure.Detail);
    }
}
