using System.Security.Cryptography.X509Certificates;
using LoadGen.Core.Handshakes;
using LoadGen.Core.Plans;
using LoadGen.TestServers.Certificates;
using LoadGen.Tls.Certificates;

namespace LoadGen.Tls.Tests.Certificates;

public sealed class CertificateVerifierTests : IDisposable
{
    private readonly TestAuthority _authority = new();

    public void Dispose() => _authority.Dispose();

    [Fact]
    public void A_chain_seen_before_is_not_checked_again()
    {
        using var verifier = VerifierFor("localhost");

        var first = verifier.Verify(ChainOf(_authority.Good()));
        var chain = ChainOf(_authority.Good());
        verifier.Verify(chain);
        verifier.Verify([.. chain.Select(der => (ReadOnlyMemory<byte>)der.ToArray())]);

        Assert.Null(first.Fault);
        Assert.Equal(2, verifier.ChecksMade);
    }

    [Fact]
    public void The_chains_of_a_server_that_has_several_are_each_checked_once()
    {
        using var verifier = VerifierFor("localhost");
        var chains = Enumerable.Range(0, 4).Select(_ => ChainOf(_authority.Good())).ToList();

        for (var i = 0; i < 100; i++)
        {
            Assert.Null(verifier.Verify(chains[i % chains.Count]).Fault);
        }

        Assert.Equal(chains.Count, verifier.ChecksMade);
    }

    [Fact]
    public void A_chain_that_many_connections_meet_at_once_takes_one_place()
    {
        using var verifier = VerifierFor("localhost");
        var before = Enumerable.Range(0, 10).Select(_ => ChainOf(_authority.Good())).ToList();
        before.ForEach(chain => verifier.Verify(chain));
        var met = ChainOf(_authority.Good());

        Parallel.For(0, 64, new ParallelOptions { MaxDegreeOfParallelism = 32 }, _ => verifier.Verify(met));
        var made = verifier.ChecksMade;
        before.ForEach(chain => verifier.Verify(chain));

        Assert.Equal(made, verifier.ChecksMade);
    }

    [Fact]
    public void Chains_without_end_are_not_all_remembered()
    {
        using var verifier = VerifierFor("localhost");
        var chains = Enumerable.Range(0, 20).Select(_ => ChainOf(_authority.Good())).ToList();

        chains.ForEach(chain => verifier.Verify(chain));
        verifier.Verify(chains[0]);

        Assert.Equal(chains.Count + 1, verifier.ChecksMade);
    }

    [Fact]
    public void An_intermediate_that_expired_is_named_and_not_the_leaf()
    {
        using var verifier = VerifierFor("localhost");

        var verdict = verifier.Verify(ChainOf(_authority.Issue(new LeafOptions { ViaIntermediate = true, IntermediateNotAfter = DateTimeOffset.UtcNow.AddDays(-3) })));

        Assert.Equal(FailureKind.CertificateExpired, verdict.Fault);
        Assert.StartsWith("CN=LoadGen test intermediate EcdsaP256 expired on ", verdict.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void An_expired_leaf_is_expired_whatever_else_the_server_sends()
    {
        using var verifier = VerifierFor("localhost");

        var verdict = verifier.Verify([ChainOf(_authority.Expired())[0], ChainOf(_authority.NotYetValid())[0]]);

        Assert.Equal(FailureKind.CertificateExpired, verdict.Fault);
    }

    [Fact]
    public void A_good_chain_seen_before_does_not_vouch_for_another_one()
    {
        using var verifier = VerifierFor("localhost");
        verifier.Verify(ChainOf(_authority.Good()));

        Assert.Equal(FailureKind.CertificateExpired, verifier.Verify(ChainOf(_authority.Expired())).Fault);
    }

    [Fact]
    public void A_chain_whose_memory_was_reused_is_still_told_from_another_one()
    {
        using var verifier = VerifierFor("localhost");
        byte[] memory = ChainOf(_authority.Good())[0].ToArray();
        verifier.Verify([memory]);

        Array.Clear(memory);

        Assert.Equal(FailureKind.CertificateInvalid, verifier.Verify([memory]).Fault);
    }

    [Fact]
    public void A_missing_intermediate_makes_the_chain_untrusted()
    {
        using var verifier = VerifierFor("localhost");
        var chain = ChainOf(_authority.Issue(new LeafOptions { ViaIntermediate = true }));

        Assert.Null(verifier.Verify(chain).Fault);
        Assert.Equal(FailureKind.CertificateUntrusted, verifier.Verify([chain[0]]).Fault);
    }

    [Theory]
    [InlineData("localhost", true)]
    [InlineData("LOCALHOST", true)]
    [InlineData("127.0.0.1", true)]
    [InlineData("::1", true)]
    [InlineData("a.wild.test", true)]
    [InlineData("a.b.wild.test", false)]
    [InlineData("elsewhere.test", false)]
    [InlineData("127.0.0.2", false)]
    public void The_name_must_be_one_of_the_certificate(string name, bool good)
    {
        using var verifier = VerifierFor(name);
        var chain = ChainOf(_authority.Issue(new LeafOptions { Names = ["localhost", "127.0.0.1", "::1", "*.wild.test"] }));

        Assert.Equal(good ? null : FailureKind.CertificateWrongName, verifier.Verify(chain).Fault);
    }

    [Fact]
    public void What_is_no_certificate_is_invalid()
    {
        using var verifier = VerifierFor("localhost");

        Assert.Equal(FailureKind.CertificateInvalid, verifier.Verify([new byte[] { 1, 2, 3 }]).Fault);
        Assert.Equal(FailureKind.CertificateInvalid, verifier.Verify([]).Fault);
    }

    [Fact]
    public void The_summary_says_who_and_until_when()
    {
        using var verifier = VerifierFor("localhost");

        var summary = verifier.Verify(ChainOf(_authority.Good())).Summary!;

        Assert.Equal("CN=localhost", summary.Subject);
        Assert.StartsWith("CN=LoadGen test root", summary.Issuer, StringComparison.Ordinal);
        Assert.InRange(summary.NotAfter, DateTimeOffset.UtcNow.AddDays(29), DateTimeOffset.UtcNow.AddDays(31));
        Assert.Equal("ECDSA-P256", summary.KeyType);
    }

    private CertificateVerifier VerifierFor(string name)
        => new(new Target { Name = "t", Host = "127.0.0.1", Port = 443, ServerName = name, Trust = new Trust.Authorities(_authority.Pem) }, new Limits().RsaBits);

    private static ReadOnlyMemory<byte>[] ChainOf(CertificateFiles files)
    {
        var certificates = new X509Certificate2Collection();
        certificates.ImportFromPem(files.ChainPem);
        return [.. certificates.Select(certificate => (ReadOnlyMemory<byte>)certificate.RawData)];
    }
}
