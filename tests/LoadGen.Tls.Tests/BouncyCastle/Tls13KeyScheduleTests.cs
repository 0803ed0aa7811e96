using CsCheck;
using LoadGen.Tls.BouncyCastle;
using LoadGen.Tls.Crypto;
using LoadGen.Tls.Tests.Crypto;
using Org.BouncyCastle.Tls;
using Org.BouncyCastle.Tls.Crypto;

namespace LoadGen.Tls.Tests.BouncyCastle;

/// <summary>The key schedule of RFC 8446 section 7.1 with the values of RFC 8448 section 3.</summary>
public sealed class Tls13KeyScheduleTests
{
    private const int Hash = CryptoHashAlgorithm.sha256;

    private readonly NativeTlsCrypto _crypto = Cryptos.Native();
    private readonly TlsSecret _handshake;
    private readonly TlsSecret _master;
    private readonly TlsHash _transcript;

    public Tls13KeyScheduleTests()
    {
        _transcript = _crypto.CreateHash(Hash);
        var early = EarlySecret();
        _handshake = Expand(early, "derived", TranscriptHash(), 32)
            .HkdfExtract(Hash, _crypto.CreateSecret(Octets.Hex("8bd4054fb55b9d63fdfbacf9f04b9f0d35e6d63f537563efd46272900f89492d")));
        _master = Expand(_handshake, "derived", TranscriptHash(), 32).HkdfExtract(Hash, _crypto.HkdfInit(Hash));
    }

    [Fact]
    public void The_early_the_handshake_and_the_master_secret_are_those_of_rfc_8448()
    {
        AssertIs("33ad0a1c607ec03b09e6cd9893680ce210adf300aa1f2660e1b22e10f170f92a", EarlySecret());
        AssertIs("6f2615a108c702c5678f54fc9dbab69716c076189c48250cebeac3576c3611ba", Expand(EarlySecret(), "derived", TranscriptHash(), 32));
        AssertIs("43de77e0c77713859a944db9db2590b53190a65b3ee2e4f12dd7a0bb7ce254b4", Expand(_handshake, "derived", TranscriptHash(), 32));
        AssertIs("1dc826e93606aa6fdc0aadc12f741b01046aa6b99f691ed221a9f0ca043fbeac", _handshake);
        AssertIs("18df06843d13a08bf2a449844c5f8a478001bc4d4c627984d5a41da8d0402919", _master);
    }

    [Fact]
    public void The_secrets_and_keys_of_the_handshakes_records_are_those_of_rfc_8448()
    {
        Hear(Rfc8448.ClientHello, Rfc8448.ServerHello);
        var client = Expand(_handshake, "c hs traffic", TranscriptHash(), 32);
        var server = Expand(_handshake, "s hs traffic", TranscriptHash(), 32);

        Assert.Equal(Octets.Hex("860c06edc07858ee8e78f0e7428c58edd6b43f2ca3e6e95f02ed063cf0e1cad8"), TranscriptHash());
        AssertIs("dbfaa693d1762c5b666af5d950258d01", Expand(client, "key", [], 16));
        AssertIs("5bd3c71b836e0b76bb73265f", Expand(client, "iv", [], 12));
        AssertIs("3fce516009c21727d0f2e4e86ee403bc", Expand(server, "key", [], 16));
        AssertIs("5d313eb2671276ee13000b30", Expand(server, "iv", [], 12));
        AssertIs("b3eddb126e067f35a780b3abf45e2d8f3b1a950738f52e9600746a0e27a55a21", client);
        AssertIs("b67b7d690cc16c4e75e54213cb2d37b4e9c912bcded9105d42befd59d391ad38", server);
    }

    [Fact]
    public void Both_finished_messages_are_those_of_rfc_8448()
    {
        Hear(Rfc8448.ClientHello, Rfc8448.ServerHello);
        var client = Expand(Expand(_handshake, "c hs traffic", TranscriptHash(), 32), "finished", [], 32);
        var server = Expand(Expand(_handshake, "s hs traffic", TranscriptHash(), 32), "finished", [], 32);
        Hear(Rfc8448.EncryptedExtensions, Rfc8448.Certificate, Rfc8448.CertificateVerify);

        Assert.Equal(Rfc8448.ServerFinished[4..], server.CalculateHmac(Hash, TranscriptHash(), 0, 32));
        Hear(Rfc8448.ServerFinished);
        Assert.Equal(Rfc8448.ClientFinished[4..], client.CalculateHmac(Hash, TranscriptHash(), 0, 32));

        AssertIs("008d3b66f816ea559f96b537e885c31fc068bf492c652f01f288a1d8cdc19fc8", server);
        AssertIs("b80ad01015fb2f0bd65ff7d4da5d6bf83f84821d1f87fdc7d3c75b5a7b42d9c4", client);
    }

    [Fact]
    public void The_secrets_and_keys_of_application_data_are_those_of_rfc_8448()
    {
        Hear(Rfc8448.ClientHello, Rfc8448.ServerHello, Rfc8448.EncryptedExtensions, Rfc8448.Certificate, Rfc8448.CertificateVerify, Rfc8448.ServerFinished);
        var client = Expand(_master, "c ap traffic", TranscriptHash(), 32);
        var server = Expand(_master, "s ap traffic", TranscriptHash(), 32);

        AssertIs("fe22f881176eda18eb8f44529e6792c50c9a3f89452f68d8ae311b4309d3cf50", Expand(_master, "exp master", TranscriptHash(), 32));
        AssertIs("17422dda596ed5d9acd890e3c63f5051", Expand(client, "key", [], 16));
        AssertIs("5b78923dee08579033e523d9", Expand(client, "iv", [], 12));
        AssertIs("9f02283b6c9c07efc26bb9f2ac92e356", Expand(server, "key", [], 16));
        AssertIs("cf782b88dd83549aadf1e984", Expand(server, "iv", [], 12));
        AssertIs("9e40646ce79a7f9dc05af8889bce6552875afa0b06df0087f792ebb7c17504a5", client);
        AssertIs("a11af9f05531f856ad47116b45a950328204b4f44bfb6b3a4b4f1f3fcb631643", server);
    }

    [Fact]
    public void The_secret_of_the_ticket_is_that_of_rfc_8448()
    {
        Hear(Rfc8448.ClientHello, Rfc8448.ServerHello, Rfc8448.EncryptedExtensions, Rfc8448.Certificate, Rfc8448.CertificateVerify);
        Hear(Rfc8448.ServerFinished, Rfc8448.ClientFinished);
        var resumption = Expand(_master, "res master", TranscriptHash(), 32);

        AssertIs("4ecd0eb6ec3b4d87f5d6028f922ca4c5851a277fd41311c9e62d2c9492e1c4f3", Expand(resumption, "resumption", [0, 0], 32));
        AssertIs("7df235f2031d2a051287d02b0241b0bfdaf86cc856231f2d5aba46c434ec196c", resumption);
    }

    [Fact]
    public void Any_secret_is_expanded_by_label_as_managed_with_either_hash()
        => Gen.Select(Gen.OneOf(PrfAlgorithm.tls13_hkdf_sha256, PrfAlgorithm.tls13_hkdf_sha384), Gen.Byte.Array[48], Gen.Char['a', 'z'].Array[1, 200], Gen.Byte.Array[0, 255], Gen.Int[1, 255])
            .Sample((prf, secret, label, context, length) =>
            {
                var native = new NativeSecret(Cryptos.Managed, [.. secret]).DeriveUsingPrf(prf, new string(label), context, length);
                var managed = Cryptos.Managed.CreateSecret([.. secret]).DeriveUsingPrf(prf, new string(label), context, length);

                Assert.Equal(managed.Extract(), Assert.IsType<NativeSecret>(native).Extract());
            });

    private TlsSecret EarlySecret() => _crypto.HkdfInit(Hash).HkdfExtract(Hash, _crypto.HkdfInit(Hash));

    private void Hear(params byte[][] messages) => Array.ForEach(messages, message => _transcript.Update(message));

    private byte[] TranscriptHash() => _transcript.CloneHash().CalculateHash();

    private static TlsSecret Expand(TlsSecret secret, string label, byte[] context, int length)
        => TlsCryptoUtilities.HkdfExpandLabel(secret, Hash, label, context, length);

    private static void AssertIs(string expected, TlsSecret secret) => Assert.Equal(Octets.Hex(expected), Assert.IsType<NativeSecret>(secret).Extract());
}
