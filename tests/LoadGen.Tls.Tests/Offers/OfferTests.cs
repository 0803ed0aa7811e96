using LoadGen.Core.Handshakes;
using LoadGen.Core.Plans;
using LoadGen.Tls.Offers;

namespace LoadGen.Tls.Tests.Offers;

public sealed class OfferTests
{
    private static readonly Target Anywhere = new() { Name = "t", Host = "127.0.0.1", Port = 443, ServerName = "one.example", FurtherServerNames = ["127.0.0.1", "two.example"] };

    private static readonly Profile Plain = new() { Name = "p" };

    [Fact]
    public void A_profile_without_choices_offers_what_browsers_do()
    {
        var offer = new Offer(Anywhere, Plain);

        Assert.Equal([TlsVersion.Tls13, TlsVersion.Tls12], offer.Versions);
        Assert.Equal("TLS_AES_128_GCM_SHA256", offer.Suites[0].Name());
        Assert.Equal(["x25519", "secp256r1", "secp384r1"], offer.Groups.Select(CodePoints.Name));
        Assert.Equal([TlsGroup.x25519], offer.KeyShares);
        Assert.Equal(TlsSignatureScheme.ecdsa_secp256r1_sha256, offer.SignatureSchemes[0]);
    }

    [Fact]
    public void What_a_profile_chooses_is_offered_in_its_order()
    {
        var offer = new Offer(Anywhere, Plain with
        {
            TlsVersions = [TlsVersion.Tls12, TlsVersion.Tls13],
            CipherSuites = ["TLS_DHE_RSA_WITH_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384"],
            Groups = ["X25519MLKEM768", "ffdhe2048"],
            KeyShares = [],
            SignatureSchemes = ["rsa_pss_rsae_sha512", "ed25519"],
        });

        Assert.Equal([TlsVersion.Tls13, TlsVersion.Tls12], offer.Versions);
        Assert.Equal(["TLS_DHE_RSA_WITH_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384"], offer.Suites.Select(CodePoints.Name));
        Assert.Equal([TlsGroup.X25519MLKEM768, TlsGroup.ffdhe2048], offer.Groups);
        Assert.Empty(offer.KeyShares);
        Assert.Equal([TlsSignatureScheme.rsa_pss_rsae_sha512, TlsSignatureScheme.ed25519], offer.SignatureSchemes);
    }

    [Fact]
    public void Finite_fields_are_offered_by_default_with_suites_for_them_only()
    {
        Assert.Contains(TlsGroup.ffdhe2048, new Offer(Anywhere, Plain with { CipherSuites = ["TLS_DHE_RSA_WITH_AES_128_GCM_SHA256"] }).Groups);
        Assert.DoesNotContain(TlsGroup.ffdhe2048, new Offer(Anywhere, Plain with { CipherSuites = ["TLS_RSA_WITH_AES_128_GCM_SHA256"] }).Groups);
    }

    [Theory]
    [InlineData(TlsVersion.Tls13, false, "TLS_AES_", 3)]
    [InlineData(TlsVersion.Tls12, false, "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_", 8)]
    [InlineData(TlsVersion.Tls12, true, "TLS_ECDHE_PSK_", 10)]
    [InlineData(TlsVersion.Tls10, false, "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_", 6)]
    public void Each_version_has_its_suites(TlsVersion version, bool withPreSharedKey, string first, int count)
    {
        var suites = DefaultOffer.Suites([version], withPreSharedKey);

        Assert.StartsWith(first, suites[0].Name(), StringComparison.Ordinal);
        Assert.Equal(count, suites.Count);
    }

    [Fact]
    public void Server_names_take_turns_and_an_address_is_not_sent()
    {
        var offer = new Offer(Anywhere, Plain);

        var names = Enumerable.Range(0, 4).Select(_ => offer.NextName()).ToList();

        Assert.Equal(["one.example", "127.0.0.1", "two.example", "one.example"], names.Select(name => name.Name));
        Assert.Equal(["one.example", null, "two.example", "one.example"], names.Select(name => name.Indication));
        Assert.Equal([0, 1, 2, 0], names.Select(name => name.Index));
    }

    [Fact]
    public void The_same_result_is_the_same_instance()
    {
        var pool = new NegotiatedPool();
        var key = new NegotiatedKey(TlsVersion.Tls13, System.Net.Security.TlsCipherSuite.TLS_AES_128_GCM_SHA256, TlsGroup.x25519, null, "h2");

        Assert.Same(pool.Get(key), pool.Get(key with { }));
        Assert.NotSame(pool.Get(key), pool.Get(key with { IsResumed = true }));
        Assert.Equal(new Negotiated(TlsVersion.Tls13, "TLS_AES_128_GCM_SHA256", "x25519", false) { Alpn = "h2" }, pool.Get(key));
    }
}
