using LoadGen.Tls.BouncyCastle;
using LoadGen.Tls.BouncyCastle.Crypto;
using Org.BouncyCastle.Tls;
using Org.BouncyCastle.Tls.Crypto;

namespace LoadGen.Tls.Tests.BouncyCastle.Crypto;

public sealed class KeySharesTests
{
    private readonly SlotChecks _checks = new();
    private readonly NativeTlsCrypto _crypto;

    public KeySharesTests() => _crypto = new NativeTlsCrypto(new CertificateStore(native: true), _checks);

    public static TheoryData<int> Groups => [NamedGroup.x25519, NamedGroup.secp256r1, NamedGroup.secp384r1, NamedGroup.secp521r1];

    [Theory]
    [MemberData(nameof(Groups))]
    public void Each_handshake_has_a_new_share_made_ahead_or_not(int group)
    {
        var shares = new List<byte[]>();
        for (var i = 0; i < 6; i++)
        {
            shares.Add(ShareOf(group));
            _crypto.EndHandshake();
            if (i % 2 == 0)
            {
                _crypto.MakeKeySharesAhead();
            }
        }

        Assert.Equal(6, shares.Select(Convert.ToHexString).Distinct().Count());
    }

    [Theory]
    [MemberData(nameof(Groups))]
    public void Lean_handshakes_share_one(int group)
    {
        _checks.ReusesKeyShares = true;

        var first = ShareOf(group);
        _crypto.EndHandshake();
        _crypto.MakeKeySharesAhead();

        Assert.Equal(first, ShareOf(group));
    }

    [Fact]
    public void A_share_made_ahead_agrees_with_managed()
    {
        ShareOf(NamedGroup.secp256r1);
        _crypto.EndHandshake();
        _crypto.MakeKeySharesAhead();
        var ours = _crypto.CreateECDomain(new TlsECConfig(NamedGroup.secp256r1)).CreateECDH();
        var theirs = Cryptos.Managed.CreateECDomain(new TlsECConfig(NamedGroup.secp256r1)).CreateECDH();

        theirs.ReceivePeerValue(ours.GenerateEphemeral());
        ours.ReceivePeerValue(theirs.GenerateEphemeral());

        Assert.Equal(theirs.CalculateSecret().Extract(), ours.CalculateSecret().Extract());
    }

    private byte[] ShareOf(int group) => _crypto.CreateECDomain(new TlsECConfig(group)).CreateECDH().GenerateEphemeral();
}
