using System.Security.Cryptography;
using System.Text;
using CsCheck;
using LoadGen.Tls.BouncyCastle;
using LoadGen.Tls.Crypto;
using LoadGen.Tls.Tests.BouncyCastle;

namespace LoadGen.Tls.Tests.Crypto;

public sealed class HashingTests
{
    private const string TwoBlocks = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";

    private const string TwoLongBlocks =
        "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu";

    [Theory] // The examples of NIST for FIPS 180-4.
    [InlineData((int)HashKind.Sha256, "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    [InlineData((int)HashKind.Sha256, "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")]
    [InlineData((int)HashKind.Sha256, TwoBlocks, "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1")]
    [InlineData((int)HashKind.Sha384, "", """
        38b060a751ac96384cd9327eb1b1e36a21fdb71114be07434c0cc7bf63f6e1da274edebfe76f65fbd51ad2f14898b95b
        """)]
    [InlineData((int)HashKind.Sha384, "abc", """
        cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7
        """)]
    [InlineData((int)HashKind.Sha384, TwoLongBlocks, """
        09330c33f71147e83d192fc782cd1b4753111b173b3b05d22fa08086e3b0f712fcc7c71a557e2db966c3e9fa91746039
        """)]
    [InlineData((int)HashKind.Sha512, "", """
        cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e
        """)]
    [InlineData((int)HashKind.Sha512, "abc", """
        ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f
        """)]
    [InlineData((int)HashKind.Sha512, TwoLongBlocks, """
        8e959b75dae313da8cf4f72814fc143f8f7779c6eb9f7fa17299aeadb6889018501d289e4900f7e4331b99dec4b5433ac7d329eeb6dd26545e96e55b874be909
        """)]
    public void A_message_has_the_hash_of_fips_180_4(int kind, string message, string digest)
    {
        var output = new byte[((HashKind)kind).Bytes()];

        Hashing.Hash((HashKind)kind, Encoding.ASCII.GetBytes(message), output);

        Assert.Equal(Octets.Hex(digest), output);
    }

    // RFC 4231 section 4; its case 5 is about truncation, which TLS does not use.
    public static TheoryData<byte[], byte[], string, string, string> Cases => new()
    {
        {
            Octets.Hex("0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b"), "Hi There"u8.ToArray(),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
            "afd03944d84895626b0825f4ab46907f15f9dadbe4101ec682aa034c7cebc59cfaea9ea9076ede7f4af152e8b2fa9cb6",
            """
            87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cdedaa833b7d6b8a702038b274eaea3f4e4be9d914eeb61f1702e696c203a126854
            """
        },
        {
            "Jefe"u8.ToArray(), "what do ya want for nothing?"u8.ToArray(),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
            "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e8e2240ca5e69e2c78b3239ecfab21649",
            """
            164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737
            """
        },
        {
            Repeat(0xaa, 20), Repeat(0xdd, 50),
            "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe",
            "88062608d3e6ad8a0aa2ace014c8a86f0aa635d947ac9febe83ef4e55966144b2a5ab39dc13814b94e3ab6e101a34f27",
            """
            fa73b0089d56a284efb0f0756c890be9b1b5dbdd8ee81a3655f83e33b2279d39bf3e848279a722c806b485a47e67c807b946a337bee8942674278859e13292fb
            """
        },
        {
            Octets.Hex("0102030405060708090a0b0c0d0e0f10111213141516171819"), Repeat(0xcd, 50),
            "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b",
            "3e8a69b7783c25851933ab6290af6ca77a9981480850009cc5577c6e1f573b4e6801dd23c4a7d679ccf8a386c674cffb",
            """
            b0ba465637458c6990e5a8c5f61d4af7e576d97ff94b872de76f8050361ee3dba91ca5c11aa25eb4d679275cc5788063a5f19741120c4f2de2adebeb10a298dd
            """
        },
        {
            Repeat(0xaa, 131), "Test Using Larger Than Block-Size Key - Hash Key First"u8.ToArray(),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
            "4ece084485813e9088d2c63a041bc5b44f9ef1012a2b588f3cd11f05033ac4c60c2ef6ab4030fe8296248df163f44952",
            """
            80b24263c7c1a3ebb71493c1dd7be8b49b46d1f41b4aeec1121b013783f8f3526b56d037e05f2598bd0fd2215d6a1e5295e64f73f63f0aec8b915a985d786598
            """
        },
        {
            Repeat(0xaa, 131),
            "This is a test using a larger than block-size key and a larger than block-size data. The key needs to be hashed before being used by the HMAC algorithm."u8.ToArray(),
            "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2",
            "6617178e941f020d351e2f254e8fd32c602420feb0b8fb9adccebb82461e99c5a678cc31e799176d3860e6110c46523e",
            """
            e37b6a775dc87dbaa4dfa9f96e5e3ffddebd71f8867289865df5a32d20cdc944b6022cac3c4982b10d5eeb55c3e4de15134676fb6de0446065c97440fa8c6a58
            """
        },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_message_has_the_codes_of_rfc_4231(byte[] key, byte[] message, string sha256, string sha384, string sha512)
    {
        Assert.Equal(Octets.Hex(sha256), Mac(HashKind.Sha256, key, message));
        Assert.Equal(Octets.Hex(sha384), Mac(HashKind.Sha384, key, message));
        Assert.Equal(Octets.Hex(sha512), Mac(HashKind.Sha512, key, message));
    }

    // Short messages and short keys go another way than long ones.
    [Fact]
    public void Any_message_and_key_have_the_hash_and_code_of_dotnet()
        => Gen.Select(Gen.Enum<HashKind>(), Gen.Byte.Array[0, 200], Gen.OneOf(Gen.Byte.Array[0, 300], Gen.Byte.Array[1000, 1100])).Sample((kind, key, message) =>
        {
            var hash = new byte[kind.Bytes()];
            Hashing.Hash(kind, message, hash);

            Assert.Equal(CryptographicOperations.HashData(kind.AlgorithmName(), message), hash);
            Assert.Equal(CryptographicOperations.HmacData(kind.AlgorithmName(), key, message), Mac(kind, key, message));
        });

    private static byte[] Mac(HashKind kind, byte[] key, byte[] message)
    {
        var mac = new byte[kind.Bytes()];
        Hashing.Hmac(kind, key, message, mac);
        return mac;
    }

    private static byte[] Repeat(byte value, int count)
    {
        var bytes = new byte[count];
        Array.Fill(bytes, value);
        return bytes;
    }
}
