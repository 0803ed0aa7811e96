using LoadGen.Core.Handshakes;
using LoadGen.Core.Plans;
using LoadGen.TargetServer;
using LoadGen.TestServers.Certificates;
using LoadGen.TestServers.Servers;

namespace LoadGen.Tls.Tests.Fast;

public sealed class FastEngineTests : EngineTests
{
    protected override string Engine => "fast";

    [Theory]
    [InlineData("TLS_AES_128_GCM_SHA256", "x25519")]
    [InlineData("TLS_AES_256_GCM_SHA384", "secp256r1")]
    [InlineData("TLS_CHACHA20_POLY1305_SHA256", "secp384r1")]
    [InlineData("TLS_AES_128_GCM_SHA256", "secp521r1")]
    public async Task A_suite_and_a_group_are_used_when_they_are_the_only_ones_offered(string suite, string group)
    {
        await using var server = await OpensslServer.StartAsync(Authority.Good(), ["-groups", group == "secp256r1" ? "P-256" : group], Cancellation);
        var profile = new Profile { Name = "p", TlsVersions = [TlsVersion.Tls13], CipherSuites = [suite], Groups = [group] };

        var outcome = await ShakeAsync(PlanFor(server.EndPoint) with { Profiles = [profile] });

        AssertCompleted(outcome);
        Assert.Equal(new Negotiated(TlsVersion.Tls13, suite, group, false) { SignatureScheme = "ecdsa_secp256r1_sha256" }, outcome.Negotiated);
    }

    [Theory]
    [InlineData(KeyKind.EcdsaP256, "ecdsa_secp256r1_sha256")]
    [InlineData(KeyKind.Rsa2048, "rsa_pss_rsae_sha256")]
    [InlineData(KeyKind.Rsa2048, "rsa_pss_rsae_sha512")]
    public async Task The_server_signs_by_the_scheme_that_is_offered(KeyKind key, string scheme)
    {
        await using var server = await OpensslServer.StartAsync(Authority.Good(key), cancellation: Cancellation);
        var profile = new Profile { Name = "p", SignatureSchemes = [scheme, "rsa_pkcs1_sha256", "ecdsa_secp384r1_sha384"] };

        var outcome = await ShakeAsync(PlanFor(server.EndPoint) with { Profiles = [profile] });

        AssertCompleted(outcome);
        Assert.Equal(scheme, outcome.Negotiated!.SignatureScheme);
    }

    [Theory]
    [InlineData("h2", "h2")]
    [InlineData("http/1.1", "http/1.1")]
    [InlineData(null, null)]
    public async Task The_application_protocol_is_the_one_that_the_server_selects(string? speaks, string? selected)
    {
        await using var server = await OpensslServer.StartAsync(Authority.Good(), speaks is null ? [] : ["-alpn", speaks], Cancellation);
        var profile = new Profile { Name = "p", TlsVersions = [TlsVersion.Tls13], Alpn = ["h2", "http/1.1"] };

        var outcome = await ShakeAsync(PlanFor(server.EndPoint) with { Profiles = [profile] });

        AssertCompleted(outcome);
        Assert.Equal(selected, outcome.Negotiated!.Alpn);
    }

    [Fact]
    public async Task Lean_checks_reuse_key_shares_and_verify_one_signature_in_a_hundred()
    {
        await using var target = BuiltInTarget.Start();
        using var engine = Create(PlanFor(target.EndPoint) with
        {
            Targets = [TargetAt(target.EndPoint, target.Authority)], Profiles = [new Profile { Name = "p", TlsVersions = [TlsVersion.Tls13], Checks = Checks.Lean }],
        });
        using var client = engine.CreateClient();

        for (var i = 0; i < 20; i++)
        {
            AssertCompleted(await client.HandshakeAsync(0, 0, Cancellation));
            await client.HoldAsync(Cancellation);
        }
    }

    [Theory]
    [InlineData("--tls", "1.1", "TLS 1.1")]
    [InlineData("--cipher", "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256", "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256")]
    [InlineData("--group", "x448", "x448")]
    [InlineData("--sigalg", "ed448", "ed448")]
    [InlineData("--psk", "id:00112233445566778899aabbccddeeff", "use pre-shared keys")]
    public void A_plan_that_asks_for_what_is_not_built_is_refused(string flag, string value, string named)
    {
        var invalid = Assert.IsType<PlanReading.Invalid>(Read(Flags.With(flag, value)));

        Assert.Contains(invalid.Problems, problem => problem.ToString().Contains(named, StringComparison.Ordinal));
    }

    [Fact]
    public void A_plan_that_leaves_the_version_open_gets_both()
        => Assert.Equal([TlsVersion.Tls13, TlsVersion.Tls12], Assert.IsType<PlanReading.Valid>(Read(Flags)).Plan.Profiles[0].TlsVersions);

    [Fact]
    public async Task A_certificate_that_is_not_trusted_is_answered_with_the_alert_for_it()
    {
        await using var server = await OpensslServer.StartAsync(Authority.SelfSigned(), cancellation: Cancellation);

        var outcome = await ShakeAsync(PlanFor(server.EndPoint));

        Assert.Equal("unknown_ca", outcome.Failure?.Alert);
        await server.Process.WaitForLineAsync("alert unknown ca", Cancellation);
    }

    private static PlanFlags Flags { get; } = PlanFlags.None.With("--target", "127.0.0.1:443").With("--rate", "10").With("--duration", "1s").With("--engine", "fast");

    private static PlanReading Read(PlanFlags flags) => new PlanReader(Engines.Capabilities).Read(null, null, flags);

    [Fact]
    public async Task A_server_without_tls_1_3_speaks_1_2_where_both_are_offered_and_says_so_by_alert_elsewhere()
    {
        await using var server = await OpensslServer.StartAsync(Authority.Good(), ["-tls1_2"], Cancellation);

        var both = await ShakeAsync(PlanFor(server.EndPoint));
        var newest = await ShakeAsync(PlanFor(server.EndPoint, TlsVersion.Tls13));

        Assert.Equal(TlsVersion.Tls12, both.Negotiated?.TlsVersion);
        Assert.Equal((FailureKind.AlertReceived, "protocol_version"), (newest.Failure?.Kind, newest.Failure?.Alert));
    }
}
