using CsCheck;
using LoadGen.Tls.BouncyCastle;
using LoadGen.Tls.Crypto;
using LoadGen.Tls.Tests.Crypto;
using Org.BouncyCastle.Tls;
using Org.BouncyCastle.Tls.Crypto;

namespace LoadGen.Tls.Tests.BouncyCastle;

/// <summary>Every derivation is held to BouncyCastle's own.</summary>
public sealed class NativeSecretTests
{
    [Fact]
    public void Any_secrets_are_extracted_as_managed()
        => Gen.Select(NativeHashTests.Algorithm, Gen.Byte.Array[1, 200], Gen.Byte.Array[1, 200], Gen.Bool).Sample((hash, salt, material, isForeign) =>
        {
            var native = new NativeSecret(Cryptos.Managed, [.. salt])
                .HkdfExtract(hash, isForeign ? Cryptos.Managed.CreateSecret([.. material]) : new NativeSecret(Cryptos.Managed, [.. material]));
            var managed = Cryptos.Managed.CreateSecret([.. salt]).HkdfExtract(hash, Cryptos.Managed.CreateSecret([.. material]));

            Assert.Equal(managed.Extract(), Assert.IsType<NativeSecret>(native).Extract());
        });

    // Some messages are longer than the 512 bytes that are taken from the stack.
    [Fact]
    public void Any_secret_is_expanded_as_managed()
        => Gen.Select(NativeHashTests.Algorithm, Gen.Byte.Array[1, 200], Gen.Byte.Array[0, 700], Gen.Int[1, 600]).Sample((hash, secret, info, length) =>
        {
            var native = new NativeSecret(Cryptos.Managed, [.. secret]).HkdfExpand(hash, info, length);
            var managed = Cryptos.Managed.CreateSecret([.. secret]).HkdfExpand(hash, info, length);

            Assert.Equal(managed.Extract(), Assert.IsType<NativeSecret>(native).Extract());
        });

    [Theory]
    [InlineData(CryptoHashAlgorithm.sha256, 32)]
    [InlineData(CryptoHashAlgorithm.sha384, 48)]
    [InlineData(CryptoHashAlgorithm.sha512, 64)]
    public void No_more_than_255_blocks_are_expanded(int hash, int blockBytes)
    {
        byte[] bytes = [1, 2, 3];
        var secret = new NativeSecret(Cryptos.Managed, [.. bytes]);

        var longest = secret.HkdfExpand(hash, bytes, 255 * blockBytes);

        Assert.Equal(Cryptos.Managed.CreateSecret([.. bytes]).HkdfExpand(hash, bytes, 255 * blockBytes).Extract(), longest.Extract());
        Assert.Throws<ArgumentOutOfRangeException>(() => secret.HkdfExpand(hash, bytes, (255 * blockBytes) + 1));
    }

    // The legacy algorithm, MD5 with SHA-1, is BouncyCastle's own on both sides. Some messages are longer than the stack's 512 bytes.
    [Fact]
    public void Any_secret_gives_the_output_of_the_prf_of_managed()
        => Gen.Select(Algorithm, Gen.Byte.Array[1, 100], Gen.Char['a', 'z'].Array[0, 100], Gen.Byte.Array[0, 600], Gen.Int[1, 300])
            .Sample((prf, secret, label, seed, length) =>
            {
                var native = new NativeSecret(Cryptos.Managed, [.. secret]).DeriveUsingPrf(prf, new string(label), seed, length);
                var managed = Cryptos.Managed.CreateSecret([.. secret]).DeriveUsingPrf(prf, new string(label), seed, length);

                Assert.Equal(managed.Extract(), native.Extract());
            });

    private static Gen<int> Algorithm { get; } = Gen.OneOf(PrfAlgorithm.tls_prf_sha256, PrfAlgorithm.tls_prf_sha384, PrfAlgorithm.tls_prf_legacy);

    [Fact]
    public void A_secret_that_was_taken_out_or_destroyed_derives_nothing_more()
    {
        const int Hash = CryptoHashAlgorithm.sha256;
        var taken = new NativeSecret(Cryptos.Managed, [1, 2, 3]);
        var destroyed = new NativeSecret(Cryptos.Managed, [1, 2, 3]);
        taken.Extract();
        destroyed.Destroy();

        Assert.All([taken, destroyed], secret =>
        {
            Assert.False(secret.IsAlive());
            Assert.Throws<InvalidOperationException>(() => secret.HkdfExpand(Hash, [], 32));
            Assert.Throws<InvalidOperationException>(() => secret.HkdfExtract(Hash, new NativeSecret(Cryptos.Managed, [4])));
            Assert.Throws<InvalidOperationException>(() => new NativeSecret(Cryptos.Managed, [4]).HkdfExtract(Hash, secret));
            Assert.Throws<InvalidOperationException>(() => secret.CalculateHmac(Hash, [], 0, 0));
            Assert.Throws<InvalidOperationException>(() => secret.DeriveUsingPrf(PrfAlgorithm.tls_prf_sha256, "label", Array.Empty<byte>(), 32));
        });
    }

    [Fact]
    public void A_destroyed_secret_leaves_no_bytes_behind()
    {
        byte[] data = [1, 2, 3];

        new NativeSecret(Cryptos.Managed, data).Destroy();

        Assert.Equal(new byte[3], data);
    }

    [Fact]
    public void A_hybrid_secret_is_both_of_its_parts_in_their_order()
    {
        var crypto = Cryptos.Native();

        var hybrid = crypto.CreateHybridSecret(crypto.CreateSecret([1, 2]), crypto.CreateSecret([3]));

        Assert.Equal([1, 2, 3], Assert.IsType<NativeSecret>(hybrid).Extract());
    }
}
