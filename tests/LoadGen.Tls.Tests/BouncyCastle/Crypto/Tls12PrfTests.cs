using CsCheck;
using LoadGen.Tls.BouncyCastle.Crypto;
using Org.BouncyCastle.Tls;

namespace LoadGen.Tls.Tests.BouncyCastle.Crypto;

public sealed class Tls12PrfTests
{
    // RFC 5246 has no vectors. These went round on the IETF's TLS list in 2009 (www.ietf.org/mail-archive/web/tls/current/msg03416.html).
    [Theory]
    [InlineData(PrfAlgorithm.tls_prf_sha256, "9bbe436ba940f017b17652849a71db35", "a0ba9f936cda311827a6f796ffd5198c", """
        e3f229ba727be17b8d122620557cd453c2aab21d07c3d495329b52d4e61edb5a6b301791e90d35c9c9a46b4e14baf9af0fa022f7077def17abfd3797c0564bab
        4fbc91666e9def9b97fce34f796789baa48082d122ee42c5a72e5a5110fff70187347b66
        """)]
    [InlineData(PrfAlgorithm.tls_prf_sha384, "b80b733d6ceefcdc71566ea48e5567df", "cd665cf6a8447dd6ff8b27555edb7465", """
        7b0c18e9ced410ed1804f2cfa34a336a1c14dffb4900bb5fd7942107e81c83cde9ca0faa60be9fe34f82b1233c9146a0e534cb400fed2700884f9dc236f80edd
        8bfa961144c9e8d792eca722a7b32fc3d416d473ebc2c5fd4abfdad05d9184259b5bf8cd4d90fa0d31e2dec479e4f1a26066f2eea9a69236a3e52655c9e9aee6
        91c8f3a26854308d5eaa3be85e0990703d73e56f
        """)]
    public void A_secret_gives_the_output_of_the_vectors_of_the_ietfs_list(int prf, string secret, string seed, string output)
    {
        var expected = Octets.Hex(output);

        var derived = new NativeSecret(Cryptos.Managed, Octets.Hex(secret)).DeriveUsingPrf(prf, "test label", Octets.Hex(seed), expected.Length);

        Assert.Equal(expected, Assert.IsType<NativeSecret>(derived).Extract());
    }

    // The legacy algorithm, MD5 with SHA-1, is BouncyCastle's own on both sides. Some messages are longer than the stack's 512 bytes.
    [Fact]
    public void Any_secret_gives_the_output_of_managed()
        => Gen.Select(Algorithm, Gen.Byte.Array[1, 100], Gen.Char['a', 'z'].Array[0, 100], Gen.Byte.Array[0, 600], Gen.Int[1, 300])
            .Sample((prf, secret, label, seed, length) =>
            {
                var native = new NativeSecret(Cryptos.Managed, [.. secret]).DeriveUsingPrf(prf, new string(label), seed, length);
                var managed = Cryptos.Managed.CreateSecret([.. secret]).DeriveUsingPrf(prf, new string(label), seed, length);

                Assert.Equal(managed.Extract(), native.Extract());
            });

    private static Gen<int> Algorithm { get; } = Gen.OneOf(PrfAlgorithm.tls_prf_sha256, PrfAlgorithm.tls_prf_sha384, PrfAlgorithm.tls_prf_legacy);
}
