using System.Net.Security;
using System.Security.Cryptography;
using LoadGen.Core.Handshakes;
using LoadGen.Core.Plans;
using LoadGen.TargetServer;
using LoadGen.TestServers.Certificates;
using LoadGen.TestServers.Servers;
using LoadGen.Tls.Fast.Tls12;
using LoadGen.Tls.Offers;

namespace LoadGen.Tls.Tests.Fast;

/// <summary>TLS 1.2 of the engine <c>fast</c> against OpenSSL and GnuTLS: every suite, both ways of AES-CBC, both master secrets, client certificates.</summary>
public sealed class Tls12HandshakeTests(TestAuthority authority) : IClassFixture<TestAuthority>
{
    // Data in either direction goes through the record cipher too.
    private static readonly Profile Asking = new() { Name = "p", TlsVersions = [TlsVersion.Tls12], Confirm = Confirm.Http };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<ServerKind> Kinds => [.. Enum.GetValues<ServerKind>()];

    public static TheoryData<string, bool> Suites => new(
        from suite in Suite12.All
        from outside in (bool[])[true, false]
        where outside || suite.IsCbc
        select (suite.Suite.Name(), outside));

    [Theory]
    [MemberData(nameof(Suites))]
    public async Task A_suite_is_used_when_it_is_the_only_one_offered(string name, bool macOutside)
    {
        var suite = Suite12.Of(Enum.Parse<TlsCipherSuite>(name))!;
        var key = suite.Exchange == KeyExchange12.EcdheEcdsa ? KeyKind.EcdsaP256 : KeyKind.Rsa2048;
        await using var server = await OpensslServer.StartAsync(
            new TlsServerOptions { Certificates = [authority.Good(key)], Versions = [TlsVersion.Tls12], CipherSuites = [name] },
            ["-www", .. macOutside ? Array.Empty<string>() : ["-no_etm"]],
            cancellation: Cancellation);

        var outcomes = await Interop.Interop.ShakeAsync(PlanFor(server, Asking with { CipherSuites = [name] }), 3);

        var expected = new Negotiated(TlsVersion.Tls12, name, suite.IsEphemeral ? "x25519" : null, false)
        {
            SignatureScheme = suite.IsEphemeral ? key == KeyKind.EcdsaP256 ? "ecdsa_secp256r1_sha256" : "rsa_pss_rsae_sha256" : null, ServerConfirmed = true,
        };
        Assert.All(outcomes, outcome => Assert.Equal((null, expected), (outcome.Failure?.ToString(), outcome.Negotiated)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_extended_master_secret_is_left_out_on_request(bool isExtended)
    {
        // SSL_SESS_FLAG_EXTMS among the flags of OpenSSL's form of a session (ssl_asn1.c), which s_server shows in PEM.
        byte[] flag = [0xad, 3, 2, 1, 1];
        await using var server = await OpensslServer.StartAsync(authority.Good(), [], Cancellation);

        var outcomes = await Interop.Interop.ShakeAsync(PlanFor(server, new Profile { Name = "p", TlsVersions = [TlsVersion.Tls12], ExtendedMasterSecret = isExtended }), 1);

        Assert.All(outcomes, outcome => Assert.Null(outcome.Failure));
        await server.WaitForHandshakesAsync(1, Cancellation);
        var pem = string.Join('\n', server.Process.StandardOutput);
        var session = Convert.FromBase64String(pem[PemEncoding.Find(pem).Base64Data]);
        Assert.Equal(isExtended, session.AsSpan().IndexOf(flag) >= 0);
    }

    [Theory]
    [InlineData("secp384r1")]
    [InlineData("secp521r1")]
    public async Task A_group_is_used_when_it_is_the_only_one_that_server_and_client_have(string group)
    {
        await using var server = await OpensslServer.StartAsync(
            new TlsServerOptions { Certificates = [authority.Good(KeyKind.Rsa2048)], Groups = [group] }, [], cancellation: Cancellation);

        var outcome = Assert.Single(await Interop.Interop.ShakeAsync(PlanFor(server, new Profile { Name = "p", TlsVersions = [TlsVersion.Tls12], Groups = ["x25519", group] }), 1));

        Assert.Equal((null, group), (outcome.Failure?.ToString(), outcome.Negotiated?.Group));
    }

    /// <summary>CertificateVerify has the hash of its scheme, whatever that of the suite is.</summary>
    [Theory]
    [InlineData("ECDSA+SHA512", "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256")]
    [InlineData("ECDSA+SHA256", "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384")]
    [InlineData("ECDSA+SHA384", "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA")]
    public async Task A_client_certificate_signs_by_a_scheme_of_the_servers(string scheme, string suite)
    {
        await using var server = await OpensslServer.StartAsync(
            new TlsServerOptions { Certificates = [authority.Good()], Versions = [TlsVersion.Tls12], ClientAuthorities = authority.PemPath, CipherSuites = [suite] },
            ["-client_sigalgs", scheme],
            cancellation: Cancellation);
        var profile = new Profile { Name = "p", TlsVersions = [TlsVersion.Tls12], CipherSuites = [suite], Identities = [Interop.Interop.IdentityOf(authority.Client())] };

        var (ours, theirs) = await Interop.Interop.CompleteAsync(server, PlanFor(server, profile));

        Assert.Equal((true, "CN=client", suite), (ours.ClientCertificate, theirs.ClientSubject, ours.CipherSuite));
    }

    [Fact]
    public async Task A_client_certificate_whose_key_the_server_takes_no_signature_of_is_not_sent()
    {
        await using var server = await OpensslServer.StartAsync(
            new TlsServerOptions { Certificates = [authority.Good()], Versions = [TlsVersion.Tls12] },
            ["-verify", "1", "-CAfile", authority.PemPath, "-client_sigalgs", "RSA+SHA256"],
            cancellation: Cancellation);
        var profile = new Profile { Name = "p", TlsVersions = [TlsVersion.Tls12], Identities = [Interop.Interop.IdentityOf(authority.Client())] };

        var (ours, _) = await Interop.Interop.CompleteAsync(server, PlanFor(server, profile));

        Assert.Equal((true, false), (ours.CertificateRequested, ours.ClientCertificate));
    }

    [Fact]
    public async Task A_certificate_that_allows_no_encryption_of_keys_cannot_be_used_for_it()
    {
        // The server does not choose such a certificate for static RSA, unless its suite is exchanged on the way.
        await using var server = await OpensslServer.StartAsync(authority.Good(), ["-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-GCM-SHA256"], Cancellation);
        await using var relay = Relay.To(server.EndPoint, [0xc0, 0x2b, 0], [0x00, 0x9c, 0]);
        var plan = PlanFor(server, new Profile
        {
            Name = "p", TlsVersions = [TlsVersion.Tls12], CipherSuites = ["TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", "TLS_RSA_WITH_AES_128_GCM_SHA256"],
        });

        var outcome = Assert.Single(await Interop.Interop.ShakeAsync(plan with { Targets = [plan.Targets[0] with { Port = relay.EndPoint.Port }] }, 1));

        Assert.Equal((FailureKind.CertificateInvalid, "unsupported_certificate", FaultSide.Server), (outcome.Failure?.Kind, outcome.Failure?.Alert, outcome.Failure?.Side));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Sessions_are_resumed_where_both_versions_are_offered(ServerKind kind)
    {
        const int Handshakes = 10;
        await using var server = await kind.StartAsync(new TlsServerOptions { Certificates = [authority.Good()], Versions = [TlsVersion.Tls12] }, Cancellation);

        var outcomes = await Interop.Interop.ShakeAsync(PlanFor(server, new Profile { Name = "p", Resume = 0.5 }), Handshakes);

        Assert.All(outcomes, outcome => Assert.Equal((null, TlsVersion.Tls12), (outcome.Failure?.ToString(), outcome.Negotiated?.TlsVersion)));
        var theirs = await server.WaitForHandshakesAsync(Handshakes, Cancellation);
        Assert.Equal(Handshakes / 2, outcomes.Count(outcome => outcome.Negotiated!.Resumed));
        Assert.Equal(outcomes.Select(outcome => outcome.Negotiated!.Resumed), theirs.Select(handshake => handshake.Resumed));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_session_that_the_server_does_not_know_any_more_is_offered_and_refused(bool tickets)
    {
        var options = new TlsServerOptions { Certificates = [authority.Good()], Versions = [TlsVersion.Tls12], SessionIds = !tickets, Tickets = tickets };
        var first = await OpensslServer.StartAsync(options, cancellation: Cancellation);
        using var engine = Engines.Create(PlanFor(first, new Profile { Name = "p", TlsVersions = [TlsVersion.Tls12], Resume = 1 }), TimeProvider.System);
        using var client = engine.CreateClient();

        var before = await client.HandshakeAsync(0, 0, Cancellation);
        await first.DisposeAsync();
        await using var second = await OpensslServer.StartAsync(options, port: first.EndPoint.Port, cancellation: Cancellation);
        var after = await client.HandshakeAsync(0, 0, Cancellation);
        var last = await client.HandshakeAsync(0, 0, Cancellation);

        Assert.Equal((false, false), (before.Negotiated?.OfferedResumption, before.Negotiated?.Resumed));
        Assert.Equal((true, false), (after.Negotiated?.OfferedResumption, after.Negotiated?.Resumed));
        Assert.Equal((true, true), (last.Negotiated?.OfferedResumption, last.Negotiated?.Resumed));
    }

    private Plan PlanFor(ITlsServer server, Profile profile) => Interop.Interop.PlanFor(server, authority, profile, "fast");
}
