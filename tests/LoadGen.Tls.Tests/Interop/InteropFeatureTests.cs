using LoadGen.Core.Handshakes;
using LoadGen.Core.Plans;
using LoadGen.TargetServer;
using LoadGen.TestServers.Certificates;
using LoadGen.TestServers.Servers;

namespace LoadGen.Tls.Tests.Interop;

/// <summary>What not every handshake has, against the real servers that have it.</summary>
public sealed class InteropFeatureTests(TestAuthority authority) : IClassFixture<TestAuthority>
{
    private const string StaticRsa = "TLS_RSA_WITH_AES_128_GCM_SHA256";

    public static TheoryData<ServerKind, string> KindsAndEngines
        => new(from kind in Enum.GetValues<ServerKind>() from engine in Interop.EnginesOf(TlsVersion.Tls13) select (kind, engine));

    public static TheoryData<TlsVersion, string> VersionsAndEngines
        => new(from version in (TlsVersion[])[TlsVersion.Tls12, TlsVersion.Tls13] from engine in Interop.EnginesOf(version) select (version, engine));

    public static TheoryData<ServerKind, bool, string> KindsAndTickets => new(
        from kind in Enum.GetValues<ServerKind>()
        from tickets in (bool[])[false, true]
        from engine in Interop.EnginesOf(TlsVersion.Tls12)
        // Go resumes by tickets only.
        where tickets || kind != ServerKind.Caddy
        select (kind, tickets, engine));

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("X25519MLKEM768", "bouncycastle")]
    [InlineData("X25519MLKEM768", "fast")]
    [InlineData("SecP256r1MLKEM768", "bouncycastle")]
    [InlineData("SecP256r1MLKEM768", "fast")]
    public async Task A_hybrid_group_is_agreed_on_with_OpenSSL_3_5(string group, string engine)
    {
        await using var server = await NodeServer.StartAsync(new TlsServerOptions { Certificates = [authority.Good()], Groups = [group] }, Cancellation);

        var (ours, theirs) = await CompleteAsync(server, new Profile { Name = "p", TlsVersions = [TlsVersion.Tls13], Groups = [group] }, engine);

        Assert.Equal((group, group), (ours.Group, theirs.Group));
    }

    [Theory]
    [MemberData(nameof(KindsAndEngines))]
    public async Task A_group_without_a_key_share_is_asked_for_by_HelloRetryRequest(ServerKind kind, string engine)
    {
        await using var server = await kind.StartAsync(new TlsServerOptions { Certificates = [authority.Good()], Groups = ["secp384r1"] }, Cancellation);
        var profile = new Profile { Name = "p", TlsVersions = [TlsVersion.Tls13], Groups = ["x25519", "secp384r1"] };

        var (retried, theirs) = await CompleteAsync(server, profile, engine);
        var (direct, _) = await CompleteAsync(server, profile with { KeyShares = ["secp384r1"] }, engine);

        Assert.Equal((true, "secp384r1"), (retried.HelloRetryRequest, retried.Group));
        Assert.Equal((false, "secp384r1"), (direct.HelloRetryRequest, direct.Group));
        Assert.Equal("secp384r1", theirs.Group ?? "secp384r1");
    }

    [Theory]
    [InlineData("bouncycastle")]
    [InlineData("fast")]
    public async Task An_application_protocol_that_was_not_offered_ends_the_handshake(string engine)
    {
        await using var server = await OpensslServer.StartAsync(authority.Good(), ["-alpn", "h2"], Cancellation);
        byte[] selected = [0, 16, 0, 5, 0, 3, 2, (byte)'h', (byte)'2'];
        await using var relay = Relay.To(server.EndPoint, selected, [.. selected[..^1], (byte)'3']);
        var plan = Interop.PlanFor(server, authority, new Profile { Name = "p", TlsVersions = [TlsVersion.Tls12], Alpn = ["h2", "http/1.1"] }, engine);

        var outcome = Assert.Single(await Interop.ShakeAsync(plan with { Targets = [plan.Targets[0] with { Port = relay.EndPoint.Port }] }, 1));

        Assert.Equal((FailureKind.ProtocolError, "illegal_parameter"), (outcome.Failure?.Kind, outcome.Failure?.Alert));
        Assert.Contains("selected the application protocol h3, which was not offered", outcome.Failure?.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(KindsAndEngines))]
    public async Task Static_RSA_is_timed_in_all_its_steps(ServerKind kind, string engine)
    {
        await using var server = await kind.StartAsync(
            new TlsServerOptions { Certificates = [authority.Good(KeyKind.Rsa2048)], Versions = [TlsVersion.Tls12], CipherSuites = [StaticRsa] }, Cancellation);
        var plan = Interop.PlanFor(server, authority, new Profile { Name = "p", TlsVersions = [TlsVersion.Tls12], CipherSuites = [StaticRsa] }, engine);

        var outcome = Assert.Single(await Interop.ShakeAsync(plan, 1));

        Assert.Equal(new Negotiated(TlsVersion.Tls12, StaticRsa, null, false) { ServerConfirmed = true }, outcome.Negotiated);
        Assert.All(
            (Phase[])[Phase.TcpConnect, Phase.ServerHello, Phase.ServerFlight, Phase.ClientFinished, Phase.ServerConfirmed],
            phase => Assert.NotNull(outcome.Phases[phase]));
        var theirs = Assert.Single(await server.WaitForHandshakesAsync(1, Cancellation));
        Assert.Equal((StaticRsa, null), (theirs.CipherSuite, theirs.Group));
    }

    [Theory]
    [InlineData(ServerKind.Haproxy)]
    [InlineData(ServerKind.Openssl)]
    [InlineData(ServerKind.Gnutls)]
    [InlineData(ServerKind.Node)]
    public async Task Finite_field_groups_are_agreed_on(ServerKind kind)
    {
        const string Suite = "TLS_DHE_RSA_WITH_AES_256_GCM_SHA384";
        await using var server = await kind.StartAsync(
            new TlsServerOptions { Certificates = [authority.Good(KeyKind.Rsa2048)], Versions = [TlsVersion.Tls12], CipherSuites = [Suite] }, Cancellation);

        var (ours, theirs) = await CompleteAsync(server, new Profile { Name = "p", TlsVersions = [TlsVersion.Tls12], CipherSuites = [Suite] });

        Assert.Equal((Suite, Suite), (ours.CipherSuite, theirs.CipherSuite));
    }

    [Theory]
    [MemberData(nameof(KindsAndEngines))]
    public async Task An_Ed25519_certificate_is_verified(ServerKind kind, string engine)
    {
        await using var server = await kind.StartAsync(new TlsServerOptions { Certificates = [authority.Ed25519()] }, Cancellation);

        foreach (var version in Speaks(engine))
        {
            var (ours, _) = await CompleteAsync(server, new Profile { Name = "p", TlsVersions = [version] }, engine);

            Assert.Equal((version, "ed25519"), (ours.TlsVersion, ours.SignatureScheme));
        }
    }

    [Theory]
    [MemberData(nameof(KindsAndTickets))]
    public async Task A_share_of_TLS_1_2_handshakes_is_resumed_and_the_server_counts_the_same(ServerKind kind, bool tickets, string engine)
    {
        const int Handshakes = 20;
        await using var server = await kind.StartAsync(
            new TlsServerOptions { Certificates = [authority.Good()], Versions = [TlsVersion.Tls12], SessionIds = !tickets, Tickets = tickets }, Cancellation);
        var plan = Interop.PlanFor(server, authority, new Profile { Name = "p", TlsVersions = [TlsVersion.Tls12], Resume = 0.3 }, engine);

        var outcomes = await Interop.ShakeAsync(plan, Handshakes);

        Assert.All(outcomes, outcome => Assert.True(outcome.IsCompleted, outcome.Failure?.ToString()));
        var theirs = await server.WaitForHandshakesAsync(Handshakes, Cancellation);
        Assert.Equal(6, outcomes.Count(outcome => outcome.Negotiated!.Resumed));
        Assert.Equal(outcomes.Select(outcome => outcome.Negotiated!.Resumed), theirs.Select(handshake => handshake.Resumed));
    }

    [Theory]
    [InlineData(true, "bouncycastle")]
    [InlineData(false, "bouncycastle")]
    [InlineData(true, "fast")]
    [InlineData(false, "fast")]
    public async Task The_resumed_handshakes_are_those_of_the_counter_of_s_server(bool tickets, string engine)
    {
        await using var server = await OpensslServer.StartAsync(
            new TlsServerOptions { Certificates = [authority.Good()], Versions = [TlsVersion.Tls12], SessionIds = !tickets, Tickets = tickets },
            cancellation: Cancellation);
        var plan = Interop.PlanFor(server, authority, new Profile { Name = "p", TlsVersions = [TlsVersion.Tls12], Resume = 0.5 }, engine);

        var outcomes = await Interop.ShakeAsync(plan, 10);
        await server.WaitForHandshakesAsync(10, Cancellation);

        var statistics = await server.ReadStatisticsAsync(Cancellation);
        Assert.Equal((10, 5), (statistics.Finished, statistics.Hits));
        Assert.Equal(5, outcomes.Count(outcome => outcome.Negotiated!.Resumed));
    }

    [Theory]
    [InlineData(TlsVersion.Tls12)]
    [InlineData(TlsVersion.Tls13)]
    public async Task An_external_pre_shared_key_takes_the_place_of_certificates(TlsVersion version)
    {
        await using var server = await OpensslServer.StartAsync(
            new TlsServerOptions { Certificates = [authority.Good()] }, ["-psk_identity", "device-17", "-psk", "00112233445566778899aabbccddeeff", "-cipher", "PSK"], cancellation: Cancellation);
        var profile = new Profile { Name = "p", TlsVersions = [version], PreSharedKey = new PreSharedKey("device-17", "00112233445566778899aabbccddeeff") };

        var outcome = Assert.Single(await Interop.ShakeAsync(Interop.PlanFor(server, authority, profile), 1));
        var wrong = Assert.Single(await Interop.ShakeAsync(
            Interop.PlanFor(server, authority, profile with { PreSharedKey = new PreSharedKey("device-17", "ff") }), 1));

        Assert.True(outcome.IsCompleted, outcome.Failure?.ToString());
        Assert.Equal((version, true, null), (outcome.Negotiated.TlsVersion, outcome.Negotiated.PreSharedKey, outcome.Negotiated.SignatureScheme));
        Assert.Equal(FailureKind.AlertReceived, wrong.Failure?.Kind);
    }

    [Theory]
    [MemberData(nameof(VersionsAndEngines))]
    public async Task A_stapled_OCSP_response_is_seen_where_one_is_asked_for(TlsVersion version, string engine)
    {
        using var response = new TemporaryFile();
        // An OCSPResponse (RFC 6960 section 4.2.1) that says "try later": the server staples what it is given.
        await File.WriteAllBytesAsync(response.Path, [0x30, 0x03, 0x0a, 0x01, 0x03], Cancellation);
        await using var with = await OpensslServer.StartAsync(authority.Good(), ["-status_file", response.Path], Cancellation);
        await using var without = await OpensslServer.StartAsync(authority.Good(), cancellation: Cancellation);
        var profile = new Profile { Name = "p", TlsVersions = [version], Ocsp = true };

        var (stapled, _) = await CompleteAsync(with, profile, engine);
        var (unstapled, _) = await CompleteAsync(without, profile, engine);
        var (unasked, _) = await CompleteAsync(with, profile with { Ocsp = false }, engine);

        Assert.Equal((true, false, null), (stapled.OcspStapled, unstapled.OcspStapled, unasked.OcspStapled));
    }

    [Theory]
    [InlineData(TlsVersion.Tls10, "-tls1")]
    [InlineData(TlsVersion.Tls11, "-tls1_1")]
    public async Task Old_versions_are_spoken_on_request(TlsVersion version, string option)
    {
        await using var server = await OpensslServer.StartAsync(
            authority.Good(KeyKind.Rsa2048), [option, "-cipher", "ALL:@SECLEVEL=0"], Cancellation);

        var outcome = Assert.Single(await Interop.ShakeAsync(Interop.PlanFor(server, authority, new Profile { Name = "p", TlsVersions = [version] }), 1));

        Assert.True(outcome.IsCompleted, outcome.Failure?.ToString());
        Assert.Equal((version, true), (outcome.Negotiated.TlsVersion, outcome.Negotiated.ServerConfirmed));
    }

    [Theory]
    [InlineData("bouncycastle")]
    [InlineData("fast")]
    public async Task Client_certificates_are_shown_in_turn_and_the_server_names_asked_for_in_turn(string engine)
    {
        await using var server = await NginxServer.StartAsync(
            new NginxOptions(new TlsServerOptions { Certificates = [authority.Good(), authority.Good(KeyKind.Rsa2048)], ClientAuthorities = authority.PemPath }), Cancellation);
        var plan = Interop.PlanFor(server, authority, new Profile
        {
            Name = "p",
            Identities =
            [
                Interop.IdentityOf(authority.Client(subject: "CN=one")),
                Interop.IdentityOf(authority.Client(KeyKind.Rsa2048, "CN=two")),
                Interop.IdentityOf(authority.Client(subject: "CN=three")),
            ],
        }, engine);
        plan = plan with { Targets = [plan.Targets[0] with { FurtherServerNames = ["127.0.0.1"] }] };

        var outcomes = await Interop.ShakeAsync(plan, 6);

        Assert.All(outcomes, outcome => Assert.True(outcome.IsCompleted, outcome.Failure?.ToString()));
        var theirs = await server.WaitForHandshakesAsync(6, Cancellation);
        Assert.Equal(["CN=one", "CN=two", "CN=three", "CN=one", "CN=two", "CN=three"], theirs.Select(handshake => handshake.ClientSubject));
        Assert.Equal(["localhost", null, "localhost", null, "localhost", null], theirs.Select(handshake => handshake.ServerName));
    }

    [Theory]
    [InlineData(Confirm.Http, "bouncycastle")]
    [InlineData(Confirm.Close, "bouncycastle")]
    [InlineData(Confirm.Http, "fast")]
    [InlineData(Confirm.Close, "fast")]
    public async Task A_refused_client_certificate_shows_only_when_the_server_is_awaited(Confirm confirm, string engine)
    {
        await using var server = await OpensslServer.StartAsync(
            new TlsServerOptions { Certificates = [authority.Good()], ClientAuthorities = authority.PemPath }, cancellation: Cancellation);
        using var strangers = new TestAuthority();
        var profile = new Profile { Name = "p", TlsVersions = [TlsVersion.Tls13], Identities = [Interop.IdentityOf(strangers.Client())] };

        var unawaited = Assert.Single(await Interop.ShakeAsync(Interop.PlanFor(server, authority, profile, engine), 1));
        var awaited = Assert.Single(await Interop.ShakeAsync(Interop.PlanFor(server, authority, profile with { Confirm = confirm }, engine), 1));

        Assert.Equal((true, false), (unawaited.IsCompleted, unawaited.Negotiated!.ServerConfirmed));
        Assert.Equal((FailureKind.AlertReceived, "unknown_ca", Phase.ServerConfirmed), (awaited.Failure?.Kind, awaited.Failure?.Alert, awaited.Failure?.Phase));
    }

    // As a web server nginx completes the handshake whatever the certificate is, answers requests with 400, and
    // close_notify with the end of the connection alone.
    [Theory]
    [InlineData(ServerKind.Openssl, Confirm.Http, FailureKind.AlertReceived, "bouncycastle")]
    [InlineData(ServerKind.Openssl, Confirm.Close, FailureKind.AlertReceived, "bouncycastle")]
    [InlineData(ServerKind.Haproxy, Confirm.Http, FailureKind.AlertReceived, "bouncycastle")]
    [InlineData(ServerKind.Haproxy, Confirm.Close, FailureKind.AlertReceived, "bouncycastle")]
    [InlineData(ServerKind.Nginx, Confirm.Http, FailureKind.UnexpectedStatus, "bouncycastle")]
    [InlineData(ServerKind.Nginx, Confirm.Close, FailureKind.ClosedEarly, "bouncycastle")]
    [InlineData(ServerKind.Openssl, Confirm.Http, FailureKind.AlertReceived, "fast")]
    [InlineData(ServerKind.Openssl, Confirm.Close, FailureKind.AlertReceived, "fast")]
    [InlineData(ServerKind.Haproxy, Confirm.Http, FailureKind.AlertReceived, "fast")]
    [InlineData(ServerKind.Haproxy, Confirm.Close, FailureKind.AlertReceived, "fast")]
    [InlineData(ServerKind.Nginx, Confirm.Http, FailureKind.UnexpectedStatus, "fast")]
    [InlineData(ServerKind.Nginx, Confirm.Close, FailureKind.ClosedEarly, "fast")]
    public async Task A_missing_client_certificate_is_a_failure_where_the_server_says_so(ServerKind kind, Confirm confirm, FailureKind expected, string engine)
    {
        await using var server = await kind.StartAsync(
            new TlsServerOptions { Certificates = [authority.Good()], ClientAuthorities = authority.PemPath }, Cancellation);
        foreach (var version in Speaks(engine))
        {
            var plan = Interop.PlanFor(server, authority, new Profile { Name = "p", TlsVersions = [version], Confirm = confirm }, engine);
            plan = plan with
            {
                Targets = [plan.Targets[0] with { Port = server is NginxServer nginx ? nginx.HttpEndPoint.Port : server.EndPoint.Port }],
                Profiles = [plan.Profiles[0] with { Hold = TimeSpan.Zero }],
            };

            var outcome = Assert.Single(await Interop.ShakeAsync(plan, 1));

            Assert.Equal(expected, outcome.Failure?.Kind);
            if (expected == FailureKind.AlertReceived)
            {
                Assert.Equal(version == TlsVersion.Tls13 ? "certificate_required" : "handshake_failure", outcome.Failure!.Alert);
                Assert.Equal((Phase.ServerConfirmed, FaultSide.Server), (outcome.Failure.Phase, outcome.Failure.Side));
            }
        }
    }

    [Theory]
    [InlineData("bouncycastle")]
    [InlineData("fast")]
    public async Task A_requested_client_certificate_is_told_even_if_none_is_sent(string engine)
    {
        await using var server = await OpensslServer.StartAsync(authority.Good(), ["-verify", "1", "-CAfile", authority.PemPath], Cancellation);
        await using var without = await OpensslServer.StartAsync(authority.Good(), cancellation: Cancellation);

        foreach (var version in Speaks(engine))
        {
            var (asked, _) = await CompleteAsync(server, new Profile { Name = "p", TlsVersions = [version] }, engine);
            var (unasked, _) = await CompleteAsync(without, new Profile { Name = "p", TlsVersions = [version] }, engine);

            Assert.Equal((true, false), (asked.CertificateRequested, asked.ClientCertificate));
            Assert.False(unasked.CertificateRequested);
        }
    }

    private Task<(Negotiated Ours, ServerHandshake Theirs)> CompleteAsync(ITlsServer server, Profile profile, string engine = "bouncycastle")
        => Interop.CompleteAsync(server, Interop.PlanFor(server, authority, profile, engine));

    private static IEnumerable<TlsVersion> Speaks(string engine)
        => ((TlsVersion[])[TlsVersion.Tls12, TlsVersion.Tls13]).Where(Engines.Capabilities[engine].TlsVersions.Contains);
}
