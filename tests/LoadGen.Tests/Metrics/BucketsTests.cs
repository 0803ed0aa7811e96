using CsCheck;
using LoadGen.Metrics;

namespace LoadGen.Tests.Metrics;

public sealed class BucketsTests
{
    [Fact]
    public void A_time_is_in_the_first_bucket_whose_bound_it_does_not_pass() => Gen.OneOf(
        Gen.Long[0, 20_000], Gen.Long[0, 100_000_000], Gen.Long[0, long.MaxValue], Gen.Int[0, Buckets.Count - 2].Select(AtBound), Gen.Int[0, Buckets.Count - 2].Select(AboveBound))
        .Sample(ticks =>
        {
            var expected = Buckets.Seconds.TakeWhile(bound => ticks > Math.Round(bound * TimeSpan.TicksPerSecond)).Count();

            Assert.Equal(expected, Buckets.IndexOf(ticks));
        });

    [Fact]
    public void They_rise_from_a_tenth_of_a_millisecond_to_a_minute_by_a_factor_below_two()
    {
        Assert.Equal((0.0001, 60.0, 24), (Buckets.Seconds[0], Buckets.Seconds[^1], Buckets.Seconds.Length));
        Assert.All(Buckets.Seconds.Zip(Buckets.Seconds.Skip(1)), pair => Assert.InRange(pair.Second / pair.First, 1.7, 1.9));
    }

    private static long AtBound(int bucket) => (long)Math.Round(Buckets.Seconds[bucket] * TimeSpan.TicksPerSecond);

    private static long AboveBound(int bucket) => AtBound(bucket) + 1;
}
