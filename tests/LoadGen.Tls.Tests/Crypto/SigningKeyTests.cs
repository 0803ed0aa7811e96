using System.Security.Cryptography;
using LoadGen.Tls.Crypto;
using LoadGen.Tls.Offers;

namespace LoadGen.Tls.Tests.Crypto;

public sealed class SigningKeyTests
{
    [Fact]
    public void An_rsa_key_signs_by_each_of_its_schemes_what_its_public_key_verifies()
        => AssertSigns(Signing.PlatformRsa.ExportPkcs8PrivateKey(), Signing.PlatformRsa.ExportSubjectPublicKeyInfo(), 6);

    [Theory]
    [InlineData("nistP256")]
    [InlineData("nistP384")]
    [InlineData("nistP521")]
    public void An_ecdsa_key_signs_by_each_of_its_schemes_what_its_public_key_verifies(string curve)
    {
        using var pair = ECDsa.Create(ECCurve.CreateFromFriendlyName(curve));

        AssertSigns(pair.ExportPkcs8PrivateKey(), pair.ExportSubjectPublicKeyInfo(), 3);
    }

    [Fact]
    public void A_key_signs_on_many_threads_at_once()
    {
        var key = SigningKey.Of(Signing.PlatformRsa.ExportPkcs8PrivateKey());
        var verifying = VerifyingKey.Of(Signing.PlatformRsa.ExportSubjectPublicKeyInfo())!;
        var hash = SHA256.HashData("message"u8);

        Parallel.For(0, 50, new ParallelOptions { MaxDegreeOfParallelism = 8 }, _ => Assert.True(verifying.VerifyHash(
            TlsSignatureScheme.rsa_pss_rsae_sha256, hash, key.SignHash(TlsSignatureScheme.rsa_pss_rsae_sha256, hash))));
    }

    private static void AssertSigns(byte[] pkcs8, byte[] subjectPublicKeyInfo, int schemes)
    {
        var key = SigningKey.Of(pkcs8);
        var verifying = VerifyingKey.Of(subjectPublicKeyInfo)!;

        Assert.Equal(schemes, key.Schemes12.Count);
        Assert.All(key.Schemes13, scheme => Assert.True(verifying.Verifies(scheme)));
        Assert.All(key.Schemes12.Concat(key.Schemes13), scheme =>
        {
            var hash = new byte[scheme.Hash().Bytes()];
            Hashing.Hash(scheme.Hash(), "message"u8, hash);
            var signature = key.SignHash(scheme, hash);

            Assert.True(verifying.VerifyHash(scheme, hash, signature));
            Assert.False(verifying.VerifyHash(scheme, Octets.Flip(hash, 3), signature));
        });
    }
}
