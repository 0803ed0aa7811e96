using LoadGen.Core.Handshakes;
using LoadGen.TargetServer;
using LoadGen.TestServers.Certificates;
using LoadGen.TestServers.Servers;

namespace LoadGen.TestServers.Tests;

/// <summary>Each kind of server does what its options say, and tells the truth of it.</summary>
public sealed class HandshakeTests(TestAuthority authority) : IClassFixture<TestAuthority>
{
    public static TheoryData<ServerKind> Kinds => [.. Enum.GetValues<ServerKind>()];

    public static TheoryData<ServerKind, TlsVersion, bool> KindsVersionsAndClientAuthentication => new(
        from kind in Enum.GetValues<ServerKind>()
        from version in (TlsVersion[])[TlsVersion.Tls12, TlsVersion.Tls13]
        from mutual in (bool[])[false, true]
        select (kind, version, mutual));

    public static TheoryData<ServerKind, string> KindsAndGroups => new(
        from kind in Enum.GetValues<ServerKind>()
        from @group in (string[])["x25519", "secp256r1", "secp384r1"]
        select (kind, @group));

    public static TheoryData<ServerKind, string> KindsAndSuites => new(
    [
        .. Enum.GetValues<ServerKind>().Select(kind => (kind, "TLS_RSA_WITH_AES_128_GCM_SHA256")),
        // nginx has no parameters of its own for it, Go not the suite.
        .. from kind in (ServerKind[])[ServerKind.Haproxy, ServerKind.Openssl, ServerKind.Gnutls, ServerKind.Node]
           select (kind, "TLS_DHE_RSA_WITH_AES_256_GCM_SHA384"),
    ]);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(KindsVersionsAndClientAuthentication))]
    public async Task Server_tells_what_the_client_asked_for_and_showed(ServerKind kind, TlsVersion version, bool mutual)
    {
        await using var server = await kind.StartAsync(
            new TlsServerOptions
            {
                Certificates = [authority.Good()],
                ClientAuthorities = mutual ? authority.PemPath : null,
                Versions = [version],
                ApplicationProtocols = ["http/1.1"],
            },
            Cancellation);

        await new OpensslClient(authority).HandshakeAsync(server, version,
        [
            "-cipher", "ECDHE-ECDSA-AES128-GCM-SHA256", "-ciphersuites", "TLS_AES_128_GCM_SHA256", "-groups", "P-384:P-256", "-alpn", "h2,http/1.1",
            .. mutual ? OpensslClient.With(authority.Client(KeyKind.Rsa2048)) : [],
        ]);

        var handshake = Assert.Single(await server.WaitForHandshakesAsync(1, Cancellation));
        Assert.Equal(
            new ServerHandshake(
                version,
                version == TlsVersion.Tls13 ? "TLS_AES_128_GCM_SHA256" : "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
                handshake.Group,
                Resumed: false)
            {
                ClientSubject = mutual ? "CN=client" : null,
                ServerName = kind == ServerKind.Openssl ? null : "localhost",
                ClientAddress = kind is ServerKind.Nginx or ServerKind.Haproxy ? "127.0.0.1" : null,
                ApplicationProtocol = "http/1.1",
            },
            handshake);
    }

    [Theory]
    [MemberData(nameof(KindsAndGroups))]
    public async Task Server_accepts_only_its_group_and_tells_it_if_it_can(ServerKind kind, string group)
    {
        await using var server = await kind.StartAsync(new TlsServerOptions { Certificates = [authority.Good()], Groups = [group] }, Cancellation);
        var client = new OpensslClient(authority);

        await client.HandshakeAsync(server, TlsVersion.Tls13, "-groups", "P-521");
        await client.HandshakeAsync(server, TlsVersion.Tls13);

        var handshake = Assert.Single(await server.WaitForHandshakesAsync(1, Cancellation));
        Assert.Equal(kind is ServerKind.Haproxy or ServerKind.Caddy ? null : group, handshake.Group);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Server_tells_nothing_of_a_client_that_it_refuses(ServerKind kind)
    {
        await using var server = await kind.StartAsync(
            new TlsServerOptions { Certificates = [authority.Good()], ClientAuthorities = authority.PemPath }, Cancellation);
        var stranger = authority.Issue(new LeafOptions { ForClient = true, SelfSigned = true, Subject = "CN=stranger" });
        var client = new OpensslClient(authority);

        await client.HandshakeAsync(server, TlsVersion.Tls12);
        await client.HandshakeAsync(server, TlsVersion.Tls12, OpensslClient.With(stranger));
        await client.HandshakeAsync(server, TlsVersion.Tls12, OpensslClient.With(authority.Client(subject: "CN=known")));

        Assert.Equal("CN=known", Assert.Single(await server.WaitForHandshakesAsync(1, Cancellation)).ClientSubject);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Server_has_a_certificate_of_each_kind_of_key(ServerKind kind)
    {
        await using var server = await kind.StartAsync(
            new TlsServerOptions { Certificates = [authority.Good(), authority.Good(KeyKind.Rsa2048)] }, Cancellation);
        var client = new OpensslClient(authority);

        await client.HandshakeAsync(server, TlsVersion.Tls12, "-cipher", "ECDHE-ECDSA-AES128-GCM-SHA256");
        await client.HandshakeAsync(server, TlsVersion.Tls12, "-cipher", "ECDHE-RSA-AES128-GCM-SHA256");

        Assert.Equal(
            ["TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"],
            (await server.WaitForHandshakesAsync(2, Cancellation)).Select(handshake => handshake.CipherSuite));
    }

    [Theory]
    [MemberData(nameof(KindsAndSuites))]
    public async Task Server_accepts_only_its_suites(ServerKind kind, string suite)
    {
        await using var server = await kind.StartAsync(
            new TlsServerOptions
            {
                Certificates = [authority.Good(KeyKind.Rsa2048)],
                Versions = [TlsVersion.Tls12],
                CipherSuites = [suite],
            },
            Cancellation);
        var client = new OpensslClient(authority);

        await client.HandshakeAsync(server, TlsVersion.Tls12, "-cipher", "ECDHE");
        await client.HandshakeAsync(server, TlsVersion.Tls12);

        var handshake = Assert.Single(await server.WaitForHandshakesAsync(1, Cancellation));
        Assert.Equal((suite, null), (handshake.CipherSuite, handshake.Group));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Server_has_an_Ed25519_certificate(ServerKind kind)
    {
        await using var server = await kind.StartAsync(new TlsServerOptions { Certificates = [authority.Ed25519()] }, Cancellation);
        var client = new OpensslClient(authority);

        await client.HandshakeAsync(server, TlsVersion.Tls12, "-sigalgs", "ed25519:ECDSA+SHA256");
        await client.HandshakeAsync(server, TlsVersion.Tls13, "-sigalgs", "ed25519:ECDSA+SHA256");

        Assert.Equal(
            [TlsVersion.Tls12, TlsVersion.Tls13],
            (await server.WaitForHandshakesAsync(2, Cancellation)).Select(handshake => handshake.TlsVersion));
    }
}
