using CsCheck;
using LoadGen.Tls.BouncyCastle;
using LoadGen.Tls.Crypto;
using LoadGen.Tls.Tests.BouncyCastle;
using Org.BouncyCastle.Asn1.EdEC;
using Org.BouncyCastle.Asn1.X509;
using Org.BouncyCastle.Crypto.Signers;
using Org.BouncyCastle.Math;
using Org.BouncyCastle.Tls;
using Org.BouncyCastle.X509;

namespace LoadGen.Tls.Tests.Crypto;

public sealed class Ed25519VerifyingKeyTests
{
    private const int Scheme = SignatureScheme.ed25519;

    [Theory] // RFC 8032 section 7.1: tests 1, 2, 3 and SHA(abc).
    [InlineData(
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b")]
    [InlineData(
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00")]
    [InlineData(
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a")]
    [InlineData(
        "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
        "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
        "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704")]
    public void A_signature_of_rfc_8032_is_verified_and_an_altered_one_is_not(string publicKey, string messageDigits, string signatureDigits)
    {
        var key = KeyOf(Octets.Hex(publicKey));
        var (message, signature) = (Octets.Hex(messageDigits), Octets.Hex(signatureDigits));

        Assert.True(key.Verify(Scheme, message, signature));
        Assert.False(key.Verify(Scheme, [.. message, 0], signature));
        Assert.All(Enumerable.Range(0, 512), bit => Assert.False(key.Verify(Scheme, message, Octets.Flip(signature, bit))));
        Assert.All([[], signature[..63], [.. signature, 0], [0, .. signature]], other => Assert.False(key.Verify(Scheme, message, other)));
    }

    // RFC 8032 section 5.1.7: S is less than the order L, or a signature could be altered into another one.
    [Fact]
    public void A_signature_whose_number_is_not_reduced_is_refused()
    {
        var order = BigInteger.One.ShiftLeft(252).Add(new BigInteger("27742317777372353535851937790883648493"));
        var signature = Octets.Hex(
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b");
        var number = new BigInteger(1, [.. signature[32..].Reverse()]).Add(order).ToByteArrayUnsigned();
        byte[] larger = [.. signature[..32], .. number.Reverse()];

        Assert.Equal(64, larger.Length);
        Assert.False(KeyOf(Octets.Hex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")).Verify(Scheme, [], larger));
    }

    // With the neutral element for a key and for R, and zero for S, the equation holds for every message.
    [Fact]
    public void A_key_of_low_order_verifies_nothing()
    {
        byte[] neutral = [1, .. new byte[31]];

        Assert.False(KeyOf(neutral).Verify(Scheme, "any message"u8, [.. neutral, .. new byte[32]]));
    }

    [Fact]
    public void Any_signature_of_managed_is_verified_and_any_altered_one_is_judged_as_managed_does()
    {
        var pair = Signing.Ed25519();
        var key = Signing.VerifyingKeyOf(SubjectPublicKeyInfoFactory.CreateSubjectPublicKeyInfo(pair.Public))!;
        Gen.Select(Gen.Byte.Array[0, 300], Gen.Int[0, 100_000]).Sample(
            (message, bit) =>
            {
                var signature = Signing.Sign(Scheme, pair.Private, message);
                var altered = Octets.Flip(signature, bit);
                var managed = new Ed25519Signer();
                managed.Init(false, pair.Public);
                managed.BlockUpdate(message, 0, message.Length);

                Assert.True(key.Verify(Scheme, message, signature));
                Assert.Equal(managed.VerifySignature(altered), key.Verify(Scheme, message, altered));
                Assert.False(key.Verify(Scheme, Octets.Flip([.. message, 0], bit), signature));
            },
            iter: 50);
    }

    [Fact]
    public void It_verifies_messages_only_and_by_its_own_scheme()
    {
        var key = KeyOf(new byte[32]);

        Assert.Equal([Scheme], Enumerable.Range(0, 0x10000).Where(key.Verifies));
        Assert.DoesNotContain(Enumerable.Range(0, 0x10000), key.VerifiesHashBy);
    }

    [Theory]
    [InlineData(31)]
    [InlineData(33)]
    public void A_key_of_another_length_is_refused(int length)
        => Assert.Null(Signing.VerifyingKeyOf(new SubjectPublicKeyInfo(new AlgorithmIdentifier(EdECObjectIdentifiers.id_Ed25519), new byte[length])));

    private static Ed25519VerifyingKey KeyOf(byte[] publicKey)
        => Assert.IsType<Ed25519VerifyingKey>(Signing.VerifyingKeyOf(new SubjectPublicKeyInfo(new AlgorithmIdentifier(EdECObjectIdentifiers.id_Ed25519), publicKey)));
}
