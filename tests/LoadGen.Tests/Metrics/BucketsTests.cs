using CsCheck;
using LoadGen.Core.Tallies;
using LoadGen.Metrics;

namespace LoadGen.Tests.Metrics;

public sealed class BucketsTests
{
    private static readonly (Buckets Buckets, long PerUnit)[] All = [(Buckets.Durations, TimeSpan.TicksPerSecond), (Buckets.Bytes, 1), (Buckets.RoundTrips, TimeSpan.TicksPerSecond)];

    [Fact]
    public void A_number_is_in_the_first_bucket_whose_bound_it_does_not_pass() => Gen.Int[0, All.Length - 1].SelectMany(kind => Gen.Select(Gen.Const(All[kind]), Gen.OneOf(
        Gen.Long[0, 60], Gen.Long[0, 20_000], Gen.Long[0, 100_000_000], Gen.Long[0, long.MaxValue],
        Gen.Int[0, All[kind].Buckets.Count - 2].Select(bucket => AtBound(All[kind], bucket)),
        Gen.Int[0, All[kind].Buckets.Count - 2].Select(bucket => AtBound(All[kind], bucket) + 1))))
        .Sample((kind, number) =>
        {
            var expected = kind.Buckets.Bounds.TakeWhile(bound => number > Math.Round(bound * kind.PerUnit)).Count();

            Assert.Equal(expected, kind.Buckets.IndexOf(number));
        });

    [Fact]
    public void Those_of_times_rise_from_a_tenth_of_a_millisecond_to_a_minute_by_a_factor_below_two()
    {
        var bounds = Buckets.Durations.Bounds;

        Assert.Equal((0.0001, 60.0, 24), (bounds[0], bounds[^1], bounds.Length));
        Assert.All(bounds.Zip(bounds.Skip(1)), pair => Assert.InRange(pair.Second / pair.First, 1.7, 1.9));
    }

    [Fact]
    public void Amounts_are_counted_in_their_buckets_with_their_exact_sum()
    {
        var histogram = AmountHistogram.OfBytes();
        long[] bytes = [500, 501, 1_449, 20_001, 3_000_000];
        Array.ForEach(bytes, histogram.Record);

        var counts = BucketCounts.Of(histogram, Buckets.Bytes);

        Assert.Equal(bytes.Sum(), counts.Sum);
        Assert.Equal([1, 1, 1, 1, 1], bytes.Select(each => counts.CountOf(Buckets.Bytes.IndexOf(each))));
    }

    private static long AtBound((Buckets Buckets, long PerUnit) kind, int bucket) => (long)Math.Round(kind.Buckets.Bounds[bucket] * kind.PerUnit);
}
