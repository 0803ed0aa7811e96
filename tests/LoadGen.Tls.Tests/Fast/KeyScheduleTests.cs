using System.Net.Security;
using LoadGen.Tls.Crypto;
using LoadGen.Tls.Fast;
using LoadGen.Tls.Fast.Tls13;
using LoadGen.Tls.Tests.Crypto;

namespace LoadGen.Tls.Tests.Fast;

/// <summary>The key schedule of RFC 8446 section 7.1 with the values of RFC 8448 section 3.</summary>
public sealed class KeyScheduleTests
{
    private const string Psk = "4ecd0eb6ec3b4d87f5d6028f922ca4c5851a277fd41311c9e62d2c9492e1c4f3";

    private static readonly SuiteParts Suite = SuiteParts.Of(TlsCipherSuite.TLS_AES_128_GCM_SHA256)!;

    private readonly Transcript _transcript = new();
    private readonly KeySchedule _schedule = new();

    public KeyScheduleTests()
    {
        _transcript.Reset(HashKind.Sha256);
        Hear(Rfc8448.ClientHello, Rfc8448.ServerHello);
        _schedule.UseShared(HashKind.Sha256, withPreShared: false, Octets.Hex("8bd4054fb55b9d63fdfbacf9f04b9f0d35e6d63f537563efd46272900f89492d"), Hash());
    }

    [Fact]
    public void The_secrets_of_the_handshake_are_those_of_rfc_8448()
    {
        AssertIs("860c06edc07858ee8e78f0e7428c58edd6b43f2ca3e6e95f02ed063cf0e1cad8", Hash());
        AssertIs("1dc826e93606aa6fdc0aadc12f741b01046aa6b99f691ed221a9f0ca043fbeac", _schedule.Secret);
        AssertIs("b3eddb126e067f35a780b3abf45e2d8f3b1a950738f52e9600746a0e27a55a21", _schedule.Client);
        AssertIs("b67b7d690cc16c4e75e54213cb2d37b4e9c912bcded9105d42befd59d391ad38", _schedule.Server);
    }

    [Fact]
    public void Both_finished_messages_are_those_of_rfc_8448()
    {
        Hear(Rfc8448.EncryptedExtensions, Rfc8448.Certificate, Rfc8448.CertificateVerify);
        var data = new byte[32];

        _schedule.ServerFinished(Hash(), data);
        Assert.Equal(Rfc8448.ServerFinished[4..], data);
        Hear(Rfc8448.ServerFinished);
        _schedule.ClientFinished(Hash(), data);
        Assert.Equal(Rfc8448.ClientFinished[4..], data);
    }

    [Fact]
    public void The_secrets_of_application_data_are_those_of_rfc_8448()
    {
        Hear(Rfc8448.EncryptedExtensions, Rfc8448.Certificate, Rfc8448.CertificateVerify, Rfc8448.ServerFinished);
        var exporter = new byte[32];

        _schedule.UseApplication(Hash());
        _schedule.Exporter(Hash(), exporter);

        AssertIs("18df06843d13a08bf2a449844c5f8a478001bc4d4c627984d5a41da8d0402919", _schedule.Secret);
        AssertIs("9e40646ce79a7f9dc05af8889bce6552875afa0b06df0087f792ebb7c17504a5", _schedule.Client);
        AssertIs("a11af9f05531f856ad47116b45a950328204b4f44bfb6b3a4b4f1f3fcb631643", _schedule.Server);
        AssertIs("fe22f881176eda18eb8f44529e6792c50c9a3f89452f68d8ae311b4309d3cf50", exporter);
    }

    [Fact]
    public void The_key_of_a_ticket_is_that_of_rfc_8448()
    {
        Hear(Rfc8448.EncryptedExtensions, Rfc8448.Certificate, Rfc8448.CertificateVerify, Rfc8448.ServerFinished);
        _schedule.UseApplication(Hash());
        Hear(Rfc8448.ClientFinished);
        var key = new byte[32];

        _schedule.TicketKey(Hash(), [0, 0], key);

        AssertIs(Psk, key);
    }

    /// <summary>Section 4 of RFC 8448: the resumption of the session of section 3.</summary>
    [Fact]
    public void Binder_and_early_traffic_secret_of_a_resumption_are_those_of_rfc_8448()
    {
        var binder = new byte[32];

        _schedule.UsePreShared(HashKind.Sha256, Octets.Hex(Psk));
        _schedule.Binder(Octets.Hex("63224b2e4573f2d3454ca84b9d009a04f6be9e05711a8396473aefa01e924a14"), binder);
        _schedule.UseEarly(Octets.Hex("08ad0fa05d7c7233b1775ba2ff9f4c5b8b59276b7f227f13a976245f5d960913"));

        AssertIs("9b2188e9b2fc6d64d71dc329900e20bb41915000f678aa839cbb797cb7d8332c", _schedule.Secret);
        AssertIs("3add4fb2d8fdf822a0ca3cf7678ef5e88dae990141c5924d57bb6fa31b9e5f9d", binder);
        AssertIs("3fbbe6a60deb66c30a32795aba0eff7eaa10105586e7be5c09678d63b6caab62", _schedule.Client);
    }

    /// <summary>A record that is sealed with the key, IV and number of the trace is the trace's only if all of them are.</summary>
    [Theory]
    [InlineData("b67b7d690cc16c4e75e54213cb2d37b4e9c912bcded9105d42befd59d391ad38", "3fce516009c21727d0f2e4e86ee403bc", "5d313eb2671276ee13000b30")]
    [InlineData("b3eddb126e067f35a780b3abf45e2d8f3b1a950738f52e9600746a0e27a55a21", "dbfaa693d1762c5b666af5d950258d01", "5bd3c71b836e0b76bb73265f")]
    [InlineData("9e40646ce79a7f9dc05af8889bce6552875afa0b06df0087f792ebb7c17504a5", "17422dda596ed5d9acd890e3c63f5051", "5b78923dee08579033e523d9")]
    [InlineData("a11af9f05531f856ad47116b45a950328204b4f44bfb6b3a4b4f1f3fcb631643", "9f02283b6c9c07efc26bb9f2ac92e356", "cf782b88dd83549aadf1e984")]
    public void Records_are_sealed_with_the_keys_and_ivs_of_rfc_8448(string secret, string key, string iv)
    {
        var protection = new RecordProtection();
        protection.UseSecret(Suite, Octets.Hex(secret));
        for (byte number = 0; number < 3; number++)
        {
            byte[] record = [23, 3, 3, 0, 20, 1, 2, 3, 22, .. new byte[Aead.TagBytes]];

            protection.Seal(record);

            var nonce = Octets.Hex(iv);
            nonce[^1] ^= number;
            var (expected, tag) = (new byte[4], new byte[Aead.TagBytes]);
            using var aes = new System.Security.Cryptography.AesGcm(Octets.Hex(key), Aead.TagBytes);
            aes.Encrypt(nonce, [1, 2, 3, 22], expected, tag, record.AsSpan(0, 5));
            Assert.Equal([.. expected, .. tag], record[5..]);
        }
    }

    private void Hear(params byte[][] messages) => Array.ForEach(messages, message => _transcript.Add(message));

    private byte[] Hash() => _transcript.Hash(new byte[Hashing.MostBytes]).ToArray();

    private static void AssertIs(string expected, ReadOnlySpan<byte> actual) => Assert.Equal(Octets.Hex(expected), actual.ToArray());
}
