using LoadGen.Core.Handshakes;
using LoadGen.Core.Plans;
using LoadGen.TargetServer;
using LoadGen.TestServers.Certificates;
using LoadGen.TestServers.Servers;
using LoadGen.Tls.BouncyCastle;
using LoadGen.Tls.Crypto;
using LoadGen.Tls.Tests.Crypto;

namespace LoadGen.Tls.Tests.BouncyCastle;

public sealed class BouncyCastleEngineTests : EngineTests
{
    protected override string Engine => "bouncycastle";

    [Fact]
    public async Task A_connection_that_was_held_ends_with_close_notify_too()
    {
        await using var server = await OpensslServer.StartAsync(Authority.Good(), [], Cancellation);
        await using var relay = Relay.To(server.EndPoint);
        var plan = PlanFor(relay.EndPoint) with { Profiles = [new Profile { Name = "p", TlsVersions = [TlsVersion.Tls12], Hold = TimeSpan.FromMilliseconds(100) }] };
        using var engine = Create(plan);
        using var client = engine.CreateClient();

        AssertCompleted(await client.HandshakeAsync(0, 0, Cancellation));
        Assert.Equal(HoldEnd.Kept, (await client.HoldAsync(Cancellation))?.End);

        const byte alert = 21;
        Assert.Equal(new ClientClose(Reset: false, alert), await relay.Closed.WaitAsync(Cancellation));
    }

    [Fact]
    public async Task A_group_without_a_key_share_is_reached_by_a_hello_retry_request()
    {
        await using var server = await OpensslServer.StartAsync(Authority.Good(), ["-groups", "P-384"], Cancellation);
        var profile = new Profile { Name = "p", TlsVersions = [TlsVersion.Tls13], Groups = ["x25519", "secp384r1"] };

        var outcome = await ShakeAsync(PlanFor(server.EndPoint) with { Profiles = [profile] });

        AssertCompleted(outcome);
        Assert.Equal("secp384r1", outcome.Negotiated!.Group);
        Assert.NotNull(outcome.Phases[Phase.ServerHello]);
    }

    [Theory]
    [InlineData("TLS_RSA_WITH_AES_128_GCM_SHA256", "AES128-GCM-SHA256", null)]
    [InlineData("TLS_RSA_WITH_AES_256_CBC_SHA", "AES256-SHA", null)]
    [InlineData("TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", "ECDHE-RSA-AES256-GCM-SHA384", "x25519")]
    [InlineData("TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256", "ECDHE-RSA-CHACHA20-POLY1305", "x25519")]
    [InlineData("TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256", "ECDHE-RSA-AES128-SHA256", "x25519")]
    public async Task A_suite_of_tls_1_2_is_used_when_it_is_the_only_one_offered(string suite, string openssl, string? group)
    {
        await using var server = await OpensslServer.StartAsync(
            Authority.Good(KeyKind.Rsa2048), ["-tls1_2", "-cipher", openssl + ":@SECLEVEL=0"], Cancellation);
        var profile = new Profile { Name = "p", TlsVersions = [TlsVersion.Tls12], CipherSuites = [suite] };

        var outcome = await ShakeAsync(PlanFor(server.EndPoint) with { Profiles = [profile] });

        AssertCompleted(outcome);
        Assert.Equal(
            new Negotiated(TlsVersion.Tls12, suite, group, false) { SignatureScheme = group is null ? null : "rsa_pss_rsae_sha256", ServerConfirmed = true },
            outcome.Negotiated);
    }

    [Theory]
    [InlineData("TLS_AES_128_GCM_SHA256", "x25519")]
    [InlineData("TLS_AES_256_GCM_SHA384", "secp256r1")]
    [InlineData("TLS_CHACHA20_POLY1305_SHA256", "secp384r1")]
    [InlineData("TLS_AES_128_GCM_SHA256", "secp521r1")]
    [InlineData("TLS_AES_128_GCM_SHA256", "x448")]
    [InlineData("TLS_AES_128_GCM_SHA256", "ffdhe2048")]
    public async Task A_suite_and_a_group_of_tls_1_3_are_used_when_they_are_the_only_ones_offered(string suite, string group)
    {
        await using var server = await OpensslServer.StartAsync(Authority.Good(), ["-groups", group == "secp256r1" ? "P-256" : group], Cancellation);
        var profile = new Profile { Name = "p", TlsVersions = [TlsVersion.Tls13], CipherSuites = [suite], Groups = [group] };

        var outcome = await ShakeAsync(PlanFor(server.EndPoint) with { Profiles = [profile] });

        AssertCompleted(outcome);
        Assert.Equal(new Negotiated(TlsVersion.Tls13, suite, group, false) { SignatureScheme = "ecdsa_secp256r1_sha256" }, outcome.Negotiated);
    }

    [Fact]
    public async Task A_server_without_a_common_version_says_so_by_alert()
    {
        await using var server = await OpensslServer.StartAsync(Authority.Good(), ["-tls1_3"], Cancellation);

        var outcome = await ShakeAsync(PlanFor(server.EndPoint, TlsVersion.Tls12));

        Assert.Equal((FailureKind.AlertReceived, "protocol_version"), (outcome.Failure?.Kind, outcome.Failure?.Alert));
    }

    [Fact]
    public async Task A_certificate_that_is_not_trusted_is_answered_with_the_alert_for_it()
    {
        await using var server = await OpensslServer.StartAsync(Authority.SelfSigned(), cancellation: Cancellation);

        var outcome = await ShakeAsync(PlanFor(server.EndPoint));

        Assert.Equal("unknown_ca", outcome.Failure?.Alert);
        await server.Process.WaitForLineAsync("alert unknown ca", Cancellation);
    }

    [Fact]
    public async Task A_certificate_with_malformed_tls_features_is_invalid()
    {
        await using var server = await OpensslServer.StartAsync(
            Authority.Issue(new LeafOptions { MalformedExtension = "1.3.6.1.5.5.7.1.24" }), cancellation: Cancellation);

        var outcome = await ShakeAsync(PlanFor(server.EndPoint));

        Assert.Equal((FailureKind.CertificateInvalid, FaultSide.Server), (outcome.Failure?.Kind, outcome.Failure?.Side));
    }
}
