using LoadGen.Core.Plans;
using LoadGen.Tls.BouncyCastle;
using LoadGen.Tls.Crypto;
using LoadGen.Tls.Offers;
using LoadGen.Tls.Tests.BouncyCastle;

namespace LoadGen.Tls.Tests.Crypto;

public sealed class KeySharesTests
{
    private readonly SlotChecks _checks = new();
    private readonly KeyShares _shares;

    public KeySharesTests() => _shares = new KeyShares(_checks);

    public static TheoryData<string> Groups => ["x25519", "secp256r1", "secp384r1", "secp521r1", "MLKEM768"];

    [Theory]
    [MemberData(nameof(Groups))]
    public void Each_handshake_has_a_new_share_made_ahead_or_not(string group)
    {
        var shares = new List<byte[]>();
        for (var i = 0; i < 6; i++)
        {
            shares.Add(ShareOf(group));
            _shares.EndHandshake();
            if (i % 2 == 0)
            {
                _shares.MakeAhead();
            }
        }

        Assert.Equal(6, shares.Select(Convert.ToHexString).Distinct().Count());
    }

    [Theory]
    [MemberData(nameof(Groups))]
    public void Lean_handshakes_share_one(string group)
    {
        _checks.Begin(Checks.Lean);

        var first = ShareOf(group);
        _shares.EndHandshake();
        _shares.MakeAhead();

        Assert.Equal(first, ShareOf(group));
    }

    [Fact]
    public void A_share_made_ahead_agrees_with_another()
    {
        ShareOf("secp256r1");
        _shares.EndHandshake();
        _shares.MakeAhead();
        var ours = _shares.Take(TlsGroup.secp256r1);
        using var theirs = KeyAgreement.Create(TlsGroup.secp256r1);
        var (one, other) = (new byte[ours.SecretBytes], new byte[theirs.SecretBytes]);

        Assert.True(ours.TryAgree(theirs.Share, one));
        Assert.True(theirs.TryAgree(ours.Share, other));
        Assert.Equal(one, other);
    }

    [Fact]
    public void Full_checks_verify_every_signature_and_lean_ones_the_first_of_a_hundred()
    {
        Assert.Equal(Enumerable.Repeat(true, 200), Enumerable.Range(0, 200).Select(_ => IsChecked(Checks.Full)));
        Assert.Equal(Enumerable.Range(0, 200).Select(i => i % 100 == 0), Enumerable.Range(0, 200).Select(_ => IsChecked(Checks.Lean)));
        Assert.True(_checks.ReusesKeyShares);
    }

    private bool IsChecked(Checks checks)
    {
        _checks.Begin(checks);
        return _checks.ChecksSignature;
    }

    private byte[] ShareOf(string group) => _shares.Take(Enum.Parse<TlsGroup>(group)).Share.ToArray();
}
