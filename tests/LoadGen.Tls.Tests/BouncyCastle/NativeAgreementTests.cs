using LoadGen.Tls.BouncyCastle;
using LoadGen.Tls.Crypto;
using LoadGen.Tls.Tests.Crypto;
using Org.BouncyCastle.Tls;
using Org.BouncyCastle.Tls.Crypto;

namespace LoadGen.Tls.Tests.BouncyCastle;

public sealed class NativeAgreementTests
{
    [Theory]
    [InlineData(NamedGroup.x25519)]
    [InlineData(NamedGroup.secp256r1)]
    [InlineData(NamedGroup.secp384r1)]
    [InlineData(NamedGroup.secp521r1)]
    public void A_handshake_agrees_with_managed(int group)
    {
        var native = Ecdh(group);
        var managed = Cryptos.Managed.CreateECDomain(new TlsECConfig(group)).CreateECDH();

        managed.ReceivePeerValue(native.GenerateEphemeral());
        native.ReceivePeerValue(managed.GenerateEphemeral());

        Assert.Equal(managed.CalculateSecret().Extract(), Assert.IsType<NativeSecret>(native.CalculateSecret()).Extract());
        Assert.Equal(native.GenerateEphemeral(), native.GenerateEphemeral());
    }

    [Fact]
    public void A_client_encapsulates_natively_and_a_servers_side_is_left_to_managed()
    {
        var client = Assert.IsType<NativeAgreement>(Cryptos.Native().CreateKemDomain(new TlsKemConfig(NamedGroup.MLKEM768, isServer: false)).CreateKem());
        var server = Cryptos.Native().CreateKemDomain(new TlsKemConfig(NamedGroup.MLKEM768, isServer: true)).CreateKem();

        server.ReceivePeerValue(client.GenerateEphemeral());
        client.ReceivePeerValue(server.GenerateEphemeral());

        Assert.IsNotType<NativeAgreement>(server);
        Assert.Equal(server.CalculateSecret().Extract(), client.CalculateSecret().Extract());
    }

    [Theory]
    [InlineData(NamedGroup.x448)]
    [InlineData(NamedGroup.brainpoolP256r1)]
    public void A_group_that_the_platform_does_not_have_is_left_to_managed(int group)
        => Assert.IsNotType<NativeAgreement>(Cryptos.Native().CreateECDomain(new TlsECConfig(group)).CreateECDH());

    [Theory]
    [InlineData(NamedGroup.x25519, "00")]
    [InlineData(NamedGroup.secp256r1, "")]
    public void A_malformed_share_ends_the_handshake_when_it_comes(int group, string share)
        => AssertIllegal(() => Ecdh(group).ReceivePeerValue(Octets.Hex(share)));

    // A point of low order, and one that is not on the curve.
    [Theory]
    [InlineData(NamedGroup.x25519, 0)]
    [InlineData(NamedGroup.secp256r1, 4)]
    public void A_share_that_gives_no_secret_ends_the_handshake(int group, byte first)
    {
        var agreement = Ecdh(group);
        agreement.ReceivePeerValue([first, .. new byte[agreement.GenerateEphemeral().Length - 1]]);

        AssertIllegal(() => agreement.CalculateSecret());
    }

    private static NativeAgreement Ecdh(int group) => Assert.IsType<NativeAgreement>(Cryptos.Native().CreateECDomain(new TlsECConfig(group)).CreateECDH());

    private static void AssertIllegal(Action action)
        => Assert.Equal(AlertDescription.illegal_parameter, Assert.Throws<TlsFatalAlert>(action).AlertDescription);
}
