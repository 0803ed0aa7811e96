using CsCheck;
using LoadGen.Tls.BouncyCastle;
using LoadGen.Tls.Crypto;
using LoadGen.Tls.Tests.BouncyCastle;
using Org.BouncyCastle.Asn1;
using Org.BouncyCastle.Asn1.Sec;
using Org.BouncyCastle.Asn1.X9;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Crypto.Signers;
using Org.BouncyCastle.Math;
using Org.BouncyCastle.Tls;
using Org.BouncyCastle.X509;

namespace LoadGen.Tls.Tests.Crypto;

public sealed class EcdsaVerifyingKeyTests
{
    private const int Scheme = SignatureScheme.ecdsa_secp256r1_sha256;

    // RFC 6979 appendix A.2.5, A.2.6 and A.2.7.
    public static TheoryData<int, string, string, string, string, string> Vectors => new()
    {
        {
            SignatureScheme.ecdsa_secp256r1_sha256, "secp256r1", P256Key, "sample",
            "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716",
            "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8"
        },
        {
            SignatureScheme.ecdsa_secp256r1_sha256, "secp256r1", P256Key, "test",
            "f1abb023518351cd71d881567b1ea663ed3efcf6c5132b354f28d3b0b7d38367",
            "019f4113742a2b14bd25926b49c649155f267e60d3814b4c0cc84250e46f0083"
        },
        {
            SignatureScheme.ecdsa_secp384r1_sha384, "secp384r1", P384Key, "sample",
            "94edbb92a5ecb8aad4736e56c691916b3f88140666ce9fa73d64c4ea95ad133c81a648152e44acf96e36dd1e80fabe46",
            "99ef4aeb15f178cea1fe40db2603138f130e740a19624526203b6351d0a3a94fa329c145786e679e7b82c71a38628ac8"
        },
        {
            SignatureScheme.ecdsa_secp384r1_sha384, "secp384r1", P384Key, "test",
            "8203b63d3c853e8d77227fb377bcf7b7b772e97892a80f36ab775d509d7a5feb0542a7f0812998da8f1dd3ca3cf023db",
            "ddd0760448d42d8a43af45af836fce4de8be06b485e9b61b827c2f13173923e06a739f040649a667bf3b828246baa5a5"
        },
        {
            SignatureScheme.ecdsa_secp521r1_sha512, "secp521r1", P521Key, "sample",
            "00c328fafcbd79dd77850370c46325d987cb525569fb63c5d3bc53950e6d4c5f174e25a1ee9017b5d450606add152b534931d7d4e8455cc91f9b15bf05ec36e377fa",
            "00617cce7cf5064806c467f678d3b4080d6f1cc50af26ca209417308281b68af282623eaa63e5b5c0723d8b8c37ff0777b1a20f8ccb1dccc43997f1ee0e44da4a67a"
        },
        {
            SignatureScheme.ecdsa_secp521r1_sha512, "secp521r1", P521Key, "test",
            "013e99020abf5cee7525d16b69b229652ab6bdf2affcaef38773b4b7d08725f10cdb93482fdcc54edcee91eca4166b2a7c6265ef0ce2bd7051b7cef945babd47ee6d",
            "01fbd0013c674aa79cb39849527916ce301c66ea7ce8b80682786ad60f98f7e78a19ca69eff5c57400e3b3a0ad66ce0978214d13baf4e9ac60752f7b155e2de4dce3"
        },
    };

    [Theory]
    [MemberData(nameof(Vectors))]
    public void A_signature_of_rfc_6979_is_verified_and_an_altered_one_is_not(int scheme, string curve, string publicKey, string text, string r, string s)
    {
        var key = KeyOf(curve, Octets.Hex(publicKey));
        var message = System.Text.Encoding.ASCII.GetBytes(text);
        var signature = Der(Number(r), Number(s));

        Assert.True(key.Verify(scheme, message, signature));
        Assert.False(key.Verify(scheme, [.. message, 0], signature));
        Assert.False(key.Verify(scheme, [], signature));
        Assert.False(key.Verify(scheme, message, Der(Number(s), Number(r))));
        Assert.False(key.Verify(scheme, message, Der(Number(r).Add(BigInteger.One), Number(s))));
        Assert.False(key.Verify(scheme, message, Der(Number(r), Number(s).Add(BigInteger.One))));
        Assert.Equal([scheme], Enumerable.Range(0, 0x10000).Where(key.Verifies));
    }

    [Fact]
    public void A_signature_that_is_not_a_der_sequence_of_two_numbers_in_range_is_refused()
    {
        var key = KeyOf("secp256r1", Octets.Hex(P256Key));
        var r = Octets.Hex("efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716");
        var s = Octets.Hex("f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8");
        var order = SecNamedCurves.GetByName("secp256r1").N;
        var (good, number, other) = (Der(new BigInteger(1, r), new BigInteger(1, s)), new BigInteger(1, r), new BigInteger(1, s));
        byte[] first = [2, 33, 0, .. r];
        byte[] second = [2, 33, 0, .. s];
        byte[][] bad =
        [
            [],
            [0x30],
            [0x30, 0],
            [0x30, 0x80, 0, 0],
            [.. r, .. s],
            [.. good, 0],
            good[..^1],
            [0x30, 35, .. first],
            [0x30, 105, .. first, .. second, .. second],
            [0x30, 0x81, 70, .. first, .. second],
            [0x30, 0x80, .. first, .. second, 0, 0],
            [0x31, 70, .. first, .. second],
            [0x30, 71, 2, 34, 0, 0, .. r, .. second],
            [0x30, 69, 2, 32, .. r, .. second],
            [0x30, 69, .. first, 2, 32, .. s],
            [0x30, 70, 4, 33, 0, .. r, .. second],
            [0x30, 71, 2, 0x81, 33, 0, .. r, .. second],
            Der(BigInteger.Zero, BigInteger.Zero),
            Der(BigInteger.Zero, other),
            Der(number, BigInteger.Zero),
            Der(order, other),
            Der(number, order),
            Der(number, other.Add(order)),
            Der(number.Negate(), other),
            Der(number, other.Negate()),
        ];

        Assert.Equal(good, [0x30, 70, .. first, .. second]);
        Assert.True(key.Verify(Scheme, "sample"u8, good));
        Assert.All(bad, signature => Assert.False(key.Verify(Scheme, "sample"u8, signature)));
    }

    [Theory]
    [InlineData(SignatureScheme.ecdsa_secp256r1_sha256)]
    [InlineData(SignatureScheme.ecdsa_secp384r1_sha384)]
    [InlineData(SignatureScheme.ecdsa_secp521r1_sha512)]
    public void Any_signature_of_managed_is_verified_and_any_altered_one_is_judged_as_managed_does(int scheme)
    {
        var pair = Signing.KeyFor(scheme);
        var key = Signing.VerifyingKeyOf(SubjectPublicKeyInfoFactory.CreateSubjectPublicKeyInfo(pair.Public))!;
        Gen.Select(Gen.Byte.Array[0, 300], Gen.Int[0, 100_000]).Sample(
            (message, bit) =>
            {
                var signature = Signing.Sign(scheme, pair.Private, message);
                var altered = Octets.Flip(signature, bit);
                var managed = new DsaDigestSigner(new ECDsaSigner(), Cryptos.Managed.CreateDigest(SignatureScheme.GetCryptoHashAlgorithm(scheme)));
                managed.Init(false, pair.Public);
                managed.BlockUpdate(message, 0, message.Length);

                Assert.True(key.Verify(scheme, message, signature));
                Assert.Equal(managed.VerifySignature(altered), key.Verify(scheme, message, altered));
                Assert.False(key.Verify(scheme, Octets.Flip([.. message, 0], bit), signature));
            },
            iter: 50);
    }

    [Fact]
    public void A_key_verifies_on_many_threads_at_once()
    {
        var key = KeyOf("secp256r1", Octets.Hex(P256Key));
        var good = Der(Number("efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716"), Number("f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8"));

        Parallel.For(0, 200, new ParallelOptions { MaxDegreeOfParallelism = 8 }, i
            => Assert.Equal(i % 3 != 0, key.Verify(Scheme, i % 3 == 0 ? "simple"u8 : "sample"u8, good)));
    }

    [Fact]
    public void A_key_on_another_curve_is_left_to_the_engine()
    {
        Assert.Null(Signing.VerifyingKeyOf(SubjectPublicKeyInfoFactory.CreateSubjectPublicKeyInfo(Signing.Ecdsa("secp256k1").Public)));
        Assert.Null(Signing.VerifyingKeyOf(SubjectPublicKeyInfoFactory.CreateSubjectPublicKeyInfo(Signing.Ecdsa("secp224r1").Public)));
    }

    private const string P256Key =
        "04 60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6 7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299";

    private const string P384Key = """
        04
        ec3a4e415b4e19a4568618029f427fa5da9a8bc4ae92e02e06aae5286b300c64def8f0ea9055866064a254515480bc13
        8015d9b72d7d57244ea8ef9ac0c621896708a59367f9dfb9f54ca84b3f1c9db1288b231c3ae0d4fe7344fd2533264720
        """;

    private const string P521Key = """
        04
        01894550d0785932e00eaa23b694f213f8c3121f86dc97a04e5a7167db4e5bcd371123d46e45db6b5d5370a7f20fb633155d38ffa16d2bd761dcac474b9a2f5023a4
        00493101c962cd4d2fddf782285e64584139c2f91b47f87ff82354d6630f746a28a0db25741b5b34a828008b22acc23f924faafbd4d33f81ea66956dfeaa2bfdfcf5
        """;

    private static EcdsaVerifyingKey KeyOf(string curve, byte[] point)
    {
        var parameters = ECNamedDomainParameters.LookupOid(SecNamedCurves.GetOid(curve));
        return Assert.IsType<EcdsaVerifyingKey>(Signing.VerifyingKeyOf(
            SubjectPublicKeyInfoFactory.CreateSubjectPublicKeyInfo(new ECPublicKeyParameters(parameters.Curve.DecodePoint(point), parameters))));
    }

    private static BigInteger Number(string digits) => new(1, Octets.Hex(digits));

    private static byte[] Der(BigInteger r, BigInteger s) => new DerSequence(new DerInteger(r), new DerInteger(s)).GetDerEncoded();
}
