using CsCheck;
using LoadGen.Tls.Offers;

namespace LoadGen.Tls.Tests.Offers;

public sealed class ResumptionShareTests
{
    [Fact]
    public void Offers_are_the_exact_part_of_any_number_of_handshakes()
        => Gen.Select(Gen.Int[0, 100], Gen.Int[1, 1000]).Sample((percent, handshakes) =>
        {
            var share = new ResumptionShare(percent / 100.0);

            var offers = Enumerable.Range(0, handshakes).Count(_ => share.Next(canOffer: true));

            return offers == (long)handshakes * percent / 100;
        });

    [Fact]
    public void Offers_are_spread_evenly()
    {
        var share = new ResumptionShare(0.3);

        var offers = Enumerable.Range(0, 20).Select(_ => share.Next(canOffer: true) ? 1 : 0);

        Assert.Equal([0, 0, 0, 1, 0, 0, 1, 0, 0, 1, 0, 0, 0, 1, 0, 0, 1, 0, 0, 1], offers);
    }

    [Fact]
    public void What_had_no_session_to_offer_is_made_up_for()
    {
        var share = new ResumptionShare(0.5);

        var without = Enumerable.Range(0, 10).Count(_ => share.Next(canOffer: false));
        var with = Enumerable.Range(0, 90).Count(_ => share.Next(canOffer: true));

        Assert.Equal((0, 50), (without, with));
    }

    [Fact]
    public void A_share_of_nothing_never_offers()
    {
        var share = new ResumptionShare(0);

        Assert.False(share.IsAny);
        Assert.DoesNotContain(Enumerable.Range(0, 100), _ => share.Next(canOffer: true));
    }
}
