using LoadGen.Core.Handshakes;
using LoadGen.Core.Plans;
using LoadGen.TargetServer;
using LoadGen.TestServers.Servers;

namespace LoadGen.Tls.Tests.Interop;

/// <summary>Every kind of server, version, key, group and way of client authentication: both sides tell the same.</summary>
public sealed class InteropMatrixTests(InteropServers servers) : IClassFixture<InteropServers>
{
    public static TheoryData<ServerKind, KeyKind, string, bool, TlsVersion, string> Cells => new(
        from kind in Enum.GetValues<ServerKind>()
        from key in (KeyKind[])[KeyKind.Rsa2048, KeyKind.EcdsaP256]
        from @group in (string[])["x25519", "secp256r1", "secp384r1"]
        from mutual in (bool[])[false, true]
        from version in (TlsVersion[])[TlsVersion.Tls12, TlsVersion.Tls13]
        from engine in Interop.EnginesOf(version)
        select (kind, key, @group, mutual, version, engine));

    [Theory]
    [MemberData(nameof(Cells))]
    public async Task Both_sides_tell_the_same_handshake(ServerKind kind, KeyKind key, string group, bool mutual, TlsVersion version, string engine)
    {
        var authority = servers.Authority;
        // The curve of an ECDSA certificate must be among the groups of TLS 1.2 (RFC 8422 section 5.1.1), on both sides.
        string[] groups = group == "secp256r1" ? [group] : [group, "secp256r1"];
        var server = await servers.GetAsync(
            (kind, key, group, mutual),
            () => kind.StartAsync(
                new TlsServerOptions { Certificates = [authority.Good(key)], Groups = groups, ClientAuthorities = mutual ? authority.PemPath : null },
                TestContext.Current.CancellationToken));
        var profile = new Profile
        {
            Name = "p",
            TlsVersions = [version],
            Groups = groups,
            Identities = mutual ? [Interop.IdentityOf(authority.Client())] : [],
        };

        var (ours, theirs) = await Interop.CompleteAsync(server, Interop.PlanFor(server, authority, profile, engine));

        Assert.Equal((version, group, false), (ours.TlsVersion, ours.Group, ours.Resumed));
        Assert.Equal(mutual, ours.ClientCertificate);
        Assert.StartsWith(key == KeyKind.Rsa2048 ? "rsa_pss_rsae_" : "ecdsa_secp256r1_", ours.SignatureScheme, StringComparison.Ordinal);
        Assert.Equal((ours.TlsVersion, ours.CipherSuite, false), (theirs.TlsVersion, theirs.CipherSuite, theirs.Resumed));
        Assert.Equal(theirs.Group ?? group, ours.Group);
        Assert.Equal(mutual ? "CN=client" : null, theirs.ClientSubject);
    }
}
