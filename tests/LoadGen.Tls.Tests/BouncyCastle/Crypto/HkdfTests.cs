using CsCheck;
using LoadGen.Tls.BouncyCastle.Crypto;
using Org.BouncyCastle.Tls;
using Org.BouncyCastle.Tls.Crypto;

namespace LoadGen.Tls.Tests.BouncyCastle.Crypto;

public sealed class HkdfTests
{
    [Theory] // RFC 5869 appendix A.1 to A.3; A.4 has SHA-1, which is left to BouncyCastle.
    [InlineData(
        CryptoHashAlgorithm.sha256,
        "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b",
        "000102030405060708090a0b0c",
        "f0f1f2f3f4f5f6f7f8f9",
        "077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5",
        "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865")]
    [InlineData(
        CryptoHashAlgorithm.sha256,
        """
        000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f
        404142434445464748494a4b4c4d4e4f
        """,
        """
        606162636465666768696a6b6c6d6e6f707172737475767778797a7b7c7d7e7f808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f
        a0a1a2a3a4a5a6a7a8a9aaabacadaeaf
        """,
        """
        b0b1b2b3b4b5b6b7b8b9babbbcbdbebfc0c1c2c3c4c5c6c7c8c9cacbcccdcecfd0d1d2d3d4d5d6d7d8d9dadbdcdddedfe0e1e2e3e4e5e6e7e8e9eaebecedeeef
        f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff
        """,
        "06a6b88c5853361a06104c9ceb35b45cef760014904671014a193f40c15fc244",
        """
        b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e590e09da3275600c2f09b8367793a9aca3db71
        cc30c58179ec3e87c14c01d5c1f3434f1d87
        """)]
    [InlineData(
        CryptoHashAlgorithm.sha256,
        "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b",
        "",
        "",
        "19ef24a32c717b167f33a91d6f648bdf96596776afdb6377ac434c1c293ccb04",
        "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8")]
    [InlineData(
        CryptoHashAlgorithm.sha1,
        "0b0b0b0b0b0b0b0b0b0b0b",
        "000102030405060708090a0b0c",
        "f0f1f2f3f4f5f6f7f8f9",
        "9b6c18c432a7bf8f0e71c8eb88f4b30baa2ba243",
        "085a01ea1b10f36933068b56efa5ad81a4f14b822f5b091568a9cdd4f155fda2c22e422478d305f3f896")]
    public void Keys_are_extracted_and_expanded_as_in_rfc_5869(int hash, string material, string salt, string info, string extracted, string expanded)
    {
        var crypto = Cryptos.Native();

        var key = crypto.CreateSecret(Octets.Hex(salt)).HkdfExtract(hash, crypto.CreateSecret(Octets.Hex(material)));
        var output = key.HkdfExpand(hash, Octets.Hex(info), Octets.Hex(expanded).Length);

        Assert.Equal(Octets.Hex(expanded), output.Extract());
        Assert.Equal(Octets.Hex(extracted), key.Extract());
    }

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
