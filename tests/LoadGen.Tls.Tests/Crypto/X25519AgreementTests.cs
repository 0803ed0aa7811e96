using CsCheck;
using LoadGen.Tls.BouncyCastle;
using LoadGen.Tls.Crypto;
using LoadGen.Tls.Tests.BouncyCastle;
using Org.BouncyCastle.Math.EC.Rfc7748;
using Org.BouncyCastle.Tls;
using Org.BouncyCastle.Tls.Crypto;

namespace LoadGen.Tls.Tests.Crypto;

public sealed class X25519AgreementTests
{
    [Theory] // RFC 7748 section 5.2; the second point has the bit set that must be ignored.
    [InlineData(
        "a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4",
        "e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c",
        "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552")]
    [InlineData(
        "4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d",
        "e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493",
        "95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957")]
    public void A_scalar_times_a_point_is_that_of_rfc_7748(string scalar, string point, string product)
    {
        Assert.Equal(Octets.Hex(product), Multiply(Octets.Hex(scalar), Octets.Hex(point)));
        Assert.Equal(Octets.Hex(product), SecretOf(new X25519Agreement(Octets.Hex(scalar)), Octets.Hex(point)));
    }

    [Theory] // RFC 7748 section 5.2.
    [InlineData(1, "422c8e7a6227d7bca1350b3e2bb7279f7897b87bb6854b783c60e80311ae3079")]
    [InlineData(1000, "684cf59ba83309552800ef566f2f4d3c1c3887c49360e3875f2eb94d99532c51")]
    public void Scalars_times_points_one_after_the_other_are_those_of_rfc_7748(int times, string product)
    {
        byte[] scalar = [9, .. new byte[31]];
        var point = scalar;

        for (var i = 0; i < times; i++)
        {
            (scalar, point) = (Multiply(scalar, point), scalar);
        }

        Assert.Equal(Octets.Hex(product), scalar);
    }

    [Theory]
    [InlineData( // RFC 7748 section 6.1.
        "77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a",
        "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a",
        "5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb",
        "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f",
        "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742")]
    [InlineData( // RFC 8448 section 3.
        "49af42ba7f7994852d713ef2784bcbcaa7911de26adc5642cb634540e7ea5005",
        "99381de560e4bd43d23d8e435a7dbafeb3c06e51c13cae4d5413691e529aaf2c",
        "b1580eeadf6dd589b8ef4f2d5652578cc810e9980191ec8d058308cea216a21e",
        "c9828876112095fe66762bdbf7c672e156d6cc253b833df1dd69b1b04e751f0f",
        "8bd4054fb55b9d63fdfbacf9f04b9f0d35e6d63f537563efd46272900f89492d")]
    public void Both_sides_agree_on_the_secret_of_the_rfc(string ownKey, string ownShare, string peerKey, string peerShare, string secret)
    {
        Assert.Equal(Octets.Hex(ownShare), new X25519Agreement(Octets.Hex(ownKey)).Share);
        Assert.Equal(Octets.Hex(peerShare), new X25519Agreement(Octets.Hex(peerKey)).Share);
        Assert.Equal(Octets.Hex(secret), SecretOf(new X25519Agreement(Octets.Hex(ownKey)), Octets.Hex(peerShare)));
        Assert.Equal(Octets.Hex(secret), SecretOf(new X25519Agreement(Octets.Hex(peerKey)), Octets.Hex(ownShare)));
    }

    [Fact]
    public void A_handshake_agrees_with_managed_by_a_new_key_each_time()
    {
        var shares = new HashSet<string>();
        for (var i = 0; i < 50; i++)
        {
            using var native = X25519Agreement.Create();
            var managed = Cryptos.Managed.CreateECDomain(new TlsECConfig(NamedGroup.x25519)).CreateECDH();

            var share = native.Share.ToArray();
            managed.ReceivePeerValue(share);
            var secret = SecretOf(native, managed.GenerateEphemeral());

            Assert.Equal(managed.CalculateSecret().Extract(), secret);
            Assert.True(shares.Add(Convert.ToHexString(share)));
        }
    }

    // Any 32 bytes are a point, most of them not reduced or on the twist.
    [Fact]
    public void Any_scalar_times_any_point_is_that_of_managed()
        => Gen.Select(Gen.Byte.Array[32], Gen.Byte.Array[32]).Sample((scalar, point) =>
        {
            var expected = new byte[32];
            Assert.True(X25519.CalculateAgreement(scalar, 0, point, 0, expected, 0));

            Assert.Equal(expected, Multiply(scalar, point));
        });

    [Theory] // The points of small order that cr.yp.to/ecdh.html lists, which give zero; three of them with the bit that must be ignored.
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("0100000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800")]
    [InlineData("5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157")]
    [InlineData("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")]
    [InlineData("edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")]
    [InlineData("eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000080")]
    [InlineData("5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f11d7")]
    [InlineData("edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff")]
    public void A_peers_share_of_low_order_is_refused(string point)
    {
        using var agreement = X25519Agreement.Create();

        Assert.False(agreement.TryAgree(Octets.Hex(point), new byte[agreement.SecretBytes]));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(31)]
    [InlineData(33)]
    public void A_peers_share_of_another_length_is_refused(int length)
    {
        using var agreement = X25519Agreement.Create();

        Assert.False(agreement.IsWellFormed(new byte[length]));
        Assert.False(agreement.TryAgree(new byte[length], new byte[agreement.SecretBytes]));
    }

    private static byte[] SecretOf(X25519Agreement agreement, byte[] peerShare)
    {
        var secret = new byte[agreement.SecretBytes];
        Assert.True(agreement.TryAgree(peerShare, secret));
        return secret;
    }

    private static byte[] Multiply(byte[] scalar, byte[] point)
    {
        var product = new byte[32];
        Assert.Equal(0, Sodium.ScalarMultiply(product, scalar, point));
        return product;
    }
}
