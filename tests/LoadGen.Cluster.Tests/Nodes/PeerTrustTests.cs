using System.Security.Cryptography.X509Certificates;
using LoadGen.Cluster.Nodes;
using LoadGen.TargetServer;
using LoadGen.TestServers.Certificates;

namespace LoadGen.Cluster.Tests.Nodes;

public sealed class PeerTrustTests
{
    private static readonly Dictionary<string, (Func<TestAuthority, CertificateFiles> Make, string? WhyNot)> Cases = new()
    {
        ["for a server"] = (authority => authority.Good(), null),
        ["for a client"] = (authority => authority.Client(), null),
        ["with an RSA key"] = (authority => authority.Good(KeyKind.Rsa2048), null),
        ["for another name"] = (authority => authority.WrongName(), null),
        ["expired"] = (authority => authority.Expired(), "valid only from"),
        ["not yet valid"] = (authority => authority.NotYetValid(), "valid only from"),
        ["signed by itself"] = (authority => authority.SelfSigned(), "not signed by the authority"),
        ["by an unknown intermediate"] = (authority => authority.Issue(new LeafOptions { ViaIntermediate = true }), "not signed by the authority"),
    };

    public static TheoryData<string> Names => [.. Cases.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_certificate_is_judged_by_authority_and_time_alone(string name)
    {
        using var authority = new TestAuthority();
        using var certificate = Leaf(Cases[name].Make(authority));

        var why = TrustIn(Pem(authority.Pem)).WhyNot(certificate);

        if (Cases[name].WhyNot is { } expected)
        {
            Assert.Contains(expected, why, StringComparison.Ordinal);
        }
        else
        {
            Assert.Null(why);
        }
    }

    [Fact]
    public void A_certificate_of_another_authority_is_refused_and_so_is_none()
    {
        using var ours = new TestAuthority();
        using var theirs = new TestAuthority();
        using var certificate = Leaf(theirs.Good());
        var trust = TrustIn(Pem(ours.Pem));

        Assert.NotNull(trust.WhyNot(certificate));
        Assert.Equal("is missing", trust.WhyNot(null));
    }

    [Fact]
    public void An_intermediate_that_is_given_along_with_its_root_is_followed_but_is_no_root_itself()
    {
        using var authority = new TestAuthority();
        var files = authority.Issue(new LeafOptions { ViaIntermediate = true });
        using var certificate = Leaf(files);
        var intermediate = File.ReadAllText(files.IntermediatesPath!);

        Assert.Null(TrustIn(Pem(authority.Pem + "\n" + intermediate)).WhyNot(certificate));
        Assert.NotNull(TrustIn(Pem(intermediate)).WhyNot(certificate));
    }

    [Fact]
    public void A_certificate_is_refused_once_its_time_is_over()
    {
        using var authority = new TestAuthority();
        using var certificate = Leaf(authority.Good());
        var trust = TrustIn(Pem(authority.Pem));

        Assert.Null(trust.WhyNot(certificate, certificate.NotAfter.AddSeconds(-1)));
        Assert.NotNull(trust.WhyNot(certificate, certificate.NotAfter.AddSeconds(1)));
    }

    private static PeerTrust TrustIn(X509Certificate2Collection authorities) => new(authorities, "is not signed by the authority");

    private static X509Certificate2 Leaf(CertificateFiles files) => X509Certificate2.CreateFromPem(files.ChainPem);

    private static X509Certificate2Collection Pem(string pem)
    {
        var certificates = new X509Certificate2Collection();
        certificates.ImportFromPem(pem);
        return certificates;
    }
}
