using CsCheck;
using LoadGen.Tls.BouncyCastle;
using LoadGen.Tls.Crypto;
using LoadGen.Tls.Tests.BouncyCastle;
using Org.BouncyCastle.Tls;

namespace LoadGen.Tls.Tests.Crypto;

public sealed class KeyDerivationTests
{
    [Theory] // RFC 5869 appendix A.1 to A.3; TLS has no use for SHA-1 of A.4.
    [InlineData(
        "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b",
        "000102030405060708090a0b0c",
        "f0f1f2f3f4f5f6f7f8f9",
        "077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5",
        "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865")]
    [InlineData(
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
        "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b",
        "",
        "",
        "19ef24a32c717b167f33a91d6f648bdf96596776afdb6377ac434c1c293ccb04",
        "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8")]
    public void Keys_are_extracted_and_expanded_as_in_rfc_5869(string material, string salt, string info, string extracted, string expanded)
    {
        var key = new byte[HashKind.Sha256.Bytes()];
        var output = new byte[Octets.Hex(expanded).Length];

        KeyDerivation.Extract(HashKind.Sha256, Octets.Hex(salt), Octets.Hex(material), key);
        KeyDerivation.Expand(HashKind.Sha256, key, Octets.Hex(info), output);

        Assert.Equal(Octets.Hex(extracted), key);
        Assert.Equal(Octets.Hex(expanded), output);
    }

    // RFC 5246 has no vectors. These went round on the IETF's TLS list in 2009 (www.ietf.org/mail-archive/web/tls/current/msg03416.html).
    [Theory]
    [InlineData((int)HashKind.Sha256, "9bbe436ba940f017b17652849a71db35", "a0ba9f936cda311827a6f796ffd5198c", """
        e3f229ba727be17b8d122620557cd453c2aab21d07c3d495329b52d4e61edb5a6b301791e90d35c9c9a46b4e14baf9af0fa022f7077def17abfd3797c0564bab
        4fbc91666e9def9b97fce34f796789baa48082d122ee42c5a72e5a5110fff70187347b66
        """)]
    [InlineData((int)HashKind.Sha384, "b80b733d6ceefcdc71566ea48e5567df", "cd665cf6a8447dd6ff8b27555edb7465", """
        7b0c18e9ced410ed1804f2cfa34a336a1c14dffb4900bb5fd7942107e81c83cde9ca0faa60be9fe34f82b1233c9146a0e534cb400fed2700884f9dc236f80edd
        8bfa961144c9e8d792eca722a7b32fc3d416d473ebc2c5fd4abfdad05d9184259b5bf8cd4d90fa0d31e2dec479e4f1a26066f2eea9a69236a3e52655c9e9aee6
        91c8f3a26854308d5eaa3be85e0990703d73e56f
        """)]
    public void A_secret_gives_the_output_of_the_vectors_of_the_ietfs_list(int hash, string secret, string seed, string output)
    {
        var derived = new byte[Octets.Hex(output).Length];

        KeyDerivation.Prf((HashKind)hash, Octets.Hex(secret), "test label"u8, Octets.Hex(seed), derived);

        Assert.Equal(Octets.Hex(output), derived);
    }

    // RFC 8448 section 3: the client's handshake traffic secret gives its key and its initialization vector.
    [Fact]
    public void A_secret_is_expanded_by_label_as_in_rfc_8448()
    {
        var secret = Octets.Hex("b3eddb126e067f35a780b3abf45e2d8f3b1a950738f52e9600746a0e27a55a21");
        var (key, vector) = (new byte[16], new byte[12]);

        KeyDerivation.ExpandLabel(HashKind.Sha256, secret, "key"u8, [], key);
        KeyDerivation.ExpandLabel(HashKind.Sha256, secret, "iv"u8, [], vector);

        Assert.Equal(Octets.Hex("dbfaa693d1762c5b666af5d950258d01"), key);
        Assert.Equal(Octets.Hex("5bd3c71b836e0b76bb73265f"), vector);
    }

    [Fact]
    public void A_label_or_a_context_that_is_too_long_is_an_error()
    {
        Assert.Throws<OverflowException>(() => KeyDerivation.ExpandLabel(HashKind.Sha256, new byte[32], new byte[250], [], new byte[32]));
        Assert.Throws<OverflowException>(() => KeyDerivation.ExpandLabel(HashKind.Sha256, new byte[32], "key"u8, new byte[256], new byte[32]));
    }
}
