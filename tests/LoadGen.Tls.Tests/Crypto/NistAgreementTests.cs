using System.Runtime.InteropServices;
using System.Security.Cryptography;
using CsCheck;
using LoadGen.Tls.BouncyCastle;
using LoadGen.Tls.Crypto;
using LoadGen.Tls.Offers;
using LoadGen.Tls.Tests.BouncyCastle;
using Org.BouncyCastle.Tls;
using Org.BouncyCastle.Tls.Crypto;
using Org.BouncyCastle.Tls.Crypto.Impl.BC;

namespace LoadGen.Tls.Tests.Crypto;

public sealed class NistAgreementTests
{
    [Theory]
    [InlineData( // RFC 5903 section 8.1.
        NamedGroup.secp256r1,
        "c88f01f510d9ac3f70a292daa2316de544e9aab8afe84049c62a9c57862d1433",
        "dad0b65394221cf9b051e1feca5787d098dfe637fc90b9ef945d0c3772581180 5271a0461cdb8252d61f1c456fa3e59ab1f45b33accf5f58389e0577b8990bb3",
        "c6ef9c5d78ae012a011164acb397ce2088685d8f06bf9be0b283ab46476bee53",
        "d12dfb5289c8d4f81208b70270398c342296970a0bccb74c736fc7554494bf63 56fbf3ca366cc23e8157854c13c58d6aac23f046ada30f8353e74f33039872ab",
        "d6840f6b42f6edafd13116e0e12565202fef8e9ece7dce03812464d04b9442de")]
    [InlineData( // RFC 5903 section 8.2.
        NamedGroup.secp384r1,
        "099f3c7034d4a2c699884d73a375a67f7624ef7c6b3c0f160647b67414dce655e35b538041e649ee3faef896783ab194",
        """
        667842d7d180ac2cde6f74f37551f55755c7645c20ef73e31634fe72b4c55ee6de3ac808acb4bdb4c88732aee95f41aa
        9482ed1fc0eeb9cafc4984625ccfc23f65032149e0e144ada024181535a0f38eeb9fcff3c2c947dae69b4c634573a81c
        """,
        "41cb0779b4bdb85d47846725fbec3c9430fab46cc8dc5060855cc9bda0aa2942e0308312916b8ed2960e4bd55a7448fc",
        """
        e558dbef53eecde3d3fccfc1aea08a89a987475d12fd950d83cfa41732bc509d0d1ac43a0336def96fda41d0774a3571
        dcfbec7aacf3196472169e838430367f66eebe3c6e70c416dd5f0c68759dd1fff83fa40142209dff5eaad96db9e6386c
        """,
        "11187331c279962d93d604243fd592cb9d0a926f422e47187521287e7156c5c4d603135569b9e9d09cf5d4a270f59746")]
    [InlineData( // RFC 5903 section 8.3.
        NamedGroup.secp521r1,
        """
        0037ade9319a89f4dabdb3ef411aaccca5123c61acab57b5393dce47608172a095aa85a30fe1c2952c6771d937ba9777f5957b2639bab072462f68c27a57382d4a52
        """,
        """
        0015417e84dbf28c0ad3c278713349dc7df153c897a1891bd98bab4357c9ecbee1e3bf42e00b8e380aeae57c2d107564941885942af5a7f4601723c4195d176ced3e
        017cae20b6641d2eeb695786d8c946146239d099e18e1d5a514c739d7cb4a10ad8a788015ac405d7799dc75e7b7d5b6cf2261a6a7f1507438bf01beb6ca3926f9582
        """,
        """
        0145ba99a847af43793fdd0e872e7cdfa16be30fdc780f97bccc3f078380201e9c677d600b343757a3bdbf2a3163e4c2f869cca7458aa4a4effc311f5cb151685eb9
        """,
        """
        00d0b3975ac4b799f5bea16d5e13e9af971d5e9b984c9f39728b5e5739735a219b97c356436adc6e95bb0352f6be64a6c2912d4ef2d0433ced2b6171640012d9460f
        015c68226383956e3bd066e797b623c27ce0eac2f551a10c2c724d9852077b87220b6536c5c408a1d2aebb8e86d678ae49cb57091f4732296579ab44fcd17f0fc56a
        """,
        """
        01144c7d79ae6956bc8edb8e7c787c4521cb086fa64407f97894e5e6b2d79b04d1427e73ca4baa240a34786859810c06b3c715a3a8cc3151f2bee417996d19f3ddea
        """)]
    public void Both_sides_agree_on_the_secret_of_rfc_5903(int group, string initiator, string initiatorPoint, string responder, string responderPoint, string secret)
    {
        var expected = Octets.Hex(secret);

        foreach (var create in KeyMakers)
        {
            using var one = create(CurveOf(group), Octets.Hex(initiator));
            using var other = create(CurveOf(group), Octets.Hex(responder));

            Assert.Equal(expected, SecretOf(one, Share(responderPoint)));
            Assert.Equal(expected, SecretOf(other, Share(initiatorPoint)));
        }
    }

    [Theory]
    [InlineData(NamedGroup.secp256r1)]
    [InlineData(NamedGroup.secp384r1)]
    [InlineData(NamedGroup.secp521r1)]
    public void A_handshake_agrees_with_managed_by_a_new_key_each_time(int group)
    {
        var shares = new HashSet<string>();
        for (var i = 0; i < 20; i++)
        {
            using var native = KeyAgreement.Create((TlsGroup)group);
            var managed = Cryptos.Managed.CreateECDomain(new TlsECConfig(group)).CreateECDH();

            var share = native.Share.ToArray();
            managed.ReceivePeerValue(share);
            var secret = SecretOf(native, managed.GenerateEphemeral());

            Assert.Equal(managed.CalculateSecret().Extract(), secret);
            Assert.True(shares.Add(Convert.ToHexString(share)));
        }
    }

    // By the private key 1 the secret is the x of the peer's point, so every 256th of G, 2G, 3G ... begins with a zero byte.
    [Theory]
    [InlineData(NamedGroup.secp256r1)]
    [InlineData(NamedGroup.secp384r1)]
    [InlineData(NamedGroup.secp521r1)]
    public void A_secret_keeps_its_leading_zeros(int group)
    {
        var domain = new BcTlsECDomain(Cryptos.Managed, new TlsECConfig(group));
        var generator = BcTlsECDomain.GetDomainParameters(group).G;
        var point = generator;
        while (domain.EncodePoint(point)[1] != 0 || (group == NamedGroup.secp521r1 && domain.EncodePoint(point)[2] != 0))
        {
            point = point.Add(generator).Normalize();
        }

        var share = domain.EncodePoint(point);
        var one = new byte[(share.Length - 1) / 2];
        one[^1] = 1;

        foreach (var create in KeyMakers)
        {
            using var key = create(CurveOf(group), one);

            Assert.Equal(share[1..(1 + one.Length)], SecretOf(key, share));
        }
    }

    [Theory]
    [InlineData(NamedGroup.secp256r1)]
    [InlineData(NamedGroup.secp384r1)]
    [InlineData(NamedGroup.secp521r1)]
    public void A_point_that_is_not_on_the_curve_is_refused(int group)
    {
        var domain = new BcTlsECDomain(Cryptos.Managed, new TlsECConfig(group));
        var good = domain.EncodePoint(BcTlsECDomain.GetDomainParameters(group).G);
        var prime = BcTlsECDomain.GetDomainParameters(group).Curve.Field.Characteristic;
        var coordinateBytes = (good.Length - 1) / 2;
        byte[][] bad =
        [
            Octets.Flip(good, (8 * good.Length) - 1),
            Octets.Flip(good, (8 * coordinateBytes) + 1),
            [4, .. new byte[2 * coordinateBytes]],
            [4, .. Enumerable.Repeat((byte)0xff, 2 * coordinateBytes)],
            [4, .. prime.ToByteArrayUnsigned(), .. good[(1 + coordinateBytes)..]],
            [4, .. good[(1 + coordinateBytes)..], .. good[1..(1 + coordinateBytes)]],
        ];

        foreach (var create in KeyMakers)
        {
            using var agreement = create(CurveOf(group), [.. new byte[coordinateBytes - 1], 7]);

            Assert.Equal(coordinateBytes, SecretOf(agreement, good).Length);
            Assert.All(bad, point =>
            {
                Assert.True(agreement.IsWellFormed(point));
                Assert.False(agreement.TryAgree(point, new byte[coordinateBytes]));
            });
        }
    }

    [Fact]
    public void Any_bytes_for_a_point_are_refused()
        => Gen.Byte.Array[64].Sample(
            point =>
            {
                using var agreement = KeyAgreement.Create(TlsGroup.secp256r1);

                Assert.False(agreement.TryAgree([4, .. point], new byte[agreement.SecretBytes]));
            },
            iter: 50);

    [Theory] // SEC 1 section 2.3.3: infinity, compressed, hybrid, too short, too long; and a point of another curve's length.
    [InlineData(NamedGroup.secp256r1)]
    [InlineData(NamedGroup.secp384r1)]
    [InlineData(NamedGroup.secp521r1)]
    public void Another_form_of_a_point_is_refused(int group)
    {
        var point = BcTlsECDomain.GetDomainParameters(group).G;
        var good = point.GetEncoded(false);
        byte[][] bad = [[], [0], point.GetEncoded(true), good[..^1], [.. good, 0], good[1..], [6, .. good[1..]], [7, .. good[1..]], [0, .. good[1..]]];

        using var agreement = KeyAgreement.Create((TlsGroup)group);
        Assert.True(agreement.IsWellFormed(good));
        Assert.All([.. bad, BcTlsECDomain.GetDomainParameters(NamedGroup.secp224r1).G.GetEncoded(false)], form =>
        {
            Assert.False(agreement.IsWellFormed(form));
            Assert.False(agreement.TryAgree(form, new byte[agreement.SecretBytes]));
        });
    }

    private static byte[] Share(string point) => [4, .. Octets.Hex(point)];

    // Both libraries, where both are there, whichever of them handshakes use.
    private static IEnumerable<Func<NistCurve, byte[], KeyAgreement>> KeyMakers => LibCrypto.IsAvailable ? [PlatformKey, LibCryptoKey] : [PlatformKey];

    private static NistCurve CurveOf(int group) => NistCurve.Of((TlsGroup)group);

    private static PlatformAgreement PlatformKey(NistCurve curve, byte[] privateKey)
        => new(curve, ECDiffieHellman.Create(new ECParameters { Curve = curve.Curve, D = privateKey }));

    private static unsafe LibCryptoAgreement LibCryptoKey(NistCurve curve, byte[] privateKey)
    {
        using var parsed = ECDiffieHellman.Create(new ECParameters { Curve = curve.Curve, D = privateKey });
        var encoded = parsed.ExportPkcs8PrivateKey();
        fixed (byte* der = encoded)
        {
            var start = der;
            var key = new EvpKeyHandle(ParsePrivateKey(0, &start, encoded.Length));
            Assert.False(key.IsInvalid);
            return new LibCryptoAgreement(curve, key);
        }
    }

    private static byte[] SecretOf(KeyAgreement agreement, byte[] peerShare)
    {
        var secret = new byte[agreement.SecretBytes];
        Assert.True(agreement.TryAgree(peerShare, secret));
        return secret;
    }

    [DllImport("libcrypto.so.3", EntryPoint = "d2i_AutoPrivateKey")]
    private static extern unsafe nint ParsePrivateKey(nint key, byte** encoding, nint length);
}
