using CsCheck;
using LoadGen.Core.Plans;

namespace LoadGen.Core.Tests.Plans;

public sealed class ArrivalMixTests
{
    [Fact]
    public void A_mix_is_exact_over_any_hundred_arrivals_when_weights_are_percentages()
    {
        int[] weights = [45, 25, 15, 10, 4, 1];
        var mix = new ArrivalMix(weights, targets: 1);

        for (var start = 0; start < 200; start++)
        {
            var counts = new int[weights.Length];
            for (var n = start; n < start + 100; n++)
            {
                counts[mix.ProfileOf(n)]++;
            }

            Assert.Equal(weights, counts);
        }
    }

    [Fact]
    public void No_profile_is_ever_more_than_one_arrival_off_its_share()
        => Gen.Select(Gen.Int[1, 100].Array[1, 6], Gen.Int[1, 1000]).Sample((weights, arrivals) =>
        {
            var mix = new ArrivalMix(weights, targets: 1);
            var counts = new int[weights.Length];
            for (var n = 0; n < arrivals; n++)
            {
                counts[mix.ProfileOf(n)]++;
            }

            for (var i = 0; i < weights.Length; i++)
            {
                var share = (double)arrivals * weights[i] / weights.Sum();
                Assert.InRange(counts[i], share - Math.Max(1, weights.Length / 2.0), share + Math.Max(1, weights.Length / 2.0));
            }
        });

    [Fact]
    public void Each_target_meets_each_profile_whatever_their_numbers_have_in_common()
        => Gen.Select(Gen.Int[1, 5].Array[1, 4], Gen.Int[1, 6]).Sample((weights, targets) =>
        {
            var mix = new ArrivalMix(weights, targets);
            var met = Enumerable.Range(0, weights.Sum() * targets).Select(n => (mix.ProfileOf(n), mix.TargetOf(n))).ToHashSet();

            Assert.Equal(weights.Length * targets, met.Count);
        });

    [Fact]
    public void Targets_take_equal_turns() => Gen.Select(Gen.Int[1, 20].Array[1, 4], Gen.Int[1, 6]).Sample((weights, targets) =>
    {
        var mix = new ArrivalMix(weights, targets);
        var counts = Enumerable.Range(0, weights.Sum() * targets).CountBy(n => mix.TargetOf(n)).Select(target => target.Value).Distinct();

        Assert.Single(counts);
    });
}
