using System.Security.Cryptography;
using LoadGen.Core.Plans;
using LoadGen.TargetServer;
using LoadGen.TestServers.Certificates;
using LoadGen.Tls.Certificates;
using LoadGen.Tls.Offers;

namespace LoadGen.Tls.Tests.Certificates;

public sealed class ClientCertificateTests : IDisposable
{
    private readonly TestAuthority _authority = new();

    public void Dispose() => _authority.Dispose();

    [Theory]
    [InlineData(KeyKind.Rsa2048, "rsa_pss_rsae_sha256 rsa_pss_rsae_sha384 rsa_pss_rsae_sha512")]
    [InlineData(KeyKind.EcdsaP256, "ecdsa_secp256r1_sha256")]
    public void A_key_signs_by_the_schemes_of_its_kind(KeyKind kind, string schemes13)
    {
        var certificate = new ClientCertificate(Interop.Interop.IdentityOf(_authority.Client(kind)));

        Assert.True(certificate.Key.IsNative);
        Assert.Equal(schemes13.Split(' '), certificate.Key.Schemes13.Select(scheme => scheme.Name()));
        Assert.Subset(certificate.Key.Schemes12.ToHashSet(), certificate.Key.Schemes13.ToHashSet());
        Assert.NotEmpty(certificate.Chain);
    }

    [Fact]
    public void A_curve_that_tls_1_3_has_no_scheme_for_signs_in_tls_1_2_only()
    {
        using var key = ECDsa.Create(ECCurve.CreateFromFriendlyName("brainpoolP256r1"));

        var certificate = new ClientCertificate(With(key.ExportPkcs8PrivateKeyPem()));

        Assert.Empty(certificate.Key.Schemes13);
        Assert.Contains(TlsSignatureScheme.ecdsa_secp256r1_sha256, certificate.Key.Schemes12);
    }

    [Fact]
    public void An_ed25519_key_is_left_to_the_engine()
    {
        // RFC 8410 section 10.3.
        var key = new ClientCertificate(With("""
            -----BEGIN PRIVATE KEY-----
            MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC
            -----END PRIVATE KEY-----
            """)).Key;

        Assert.False(key.IsNative);
        Assert.Equal([TlsSignatureScheme.ed25519], key.Schemes12);
        Assert.Equal([TlsSignatureScheme.ed25519], key.Schemes13);
        Assert.Throws<NotSupportedException>(() => key.SignHash(TlsSignatureScheme.ed25519, new byte[64]));
    }

    [Theory]
    [InlineData("", "there is no private key")]
    [InlineData("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----", "not PKCS #8")]
    [InlineData("-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VuBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n-----END PRIVATE KEY-----", "1.3.101.110")] // X25519
    public void A_key_that_cannot_sign_is_an_error_of_the_plan(string pem, string cause)
    {
        var error = Assert.Throws<ArgumentException>(() => new ClientCertificate(With(pem)));

        Assert.StartsWith("cannot use a client certificate: ", error.Message, StringComparison.Ordinal);
        Assert.Contains(cause, error.Message, StringComparison.Ordinal);
    }

    private ClientIdentity With(string keyPem) => Interop.Interop.IdentityOf(_authority.Client()) with { KeyPem = keyPem };
}
