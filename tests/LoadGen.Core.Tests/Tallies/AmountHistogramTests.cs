using CsCheck;
using LoadGen.Core.Tallies;

namespace LoadGen.Core.Tests.Tallies;

public sealed class AmountHistogramTests
{
    [Fact]
    public void Few_are_told_apart_exactly() => Gen.Long[0, AmountHistogram.MostOfFew].Array[1, 50].Sample(numbers =>
    {
        var histogram = Of(AmountHistogram.OfFew(), numbers);

        var expected = numbers.GroupBy(number => number).OrderBy(group => group.Key).Select(group => KeyValuePair.Create(group.Key, group.LongCount()));
        Assert.Equal(expected, histogram.Counts());
        Assert.Equal(numbers.Order().ElementAt((numbers.Length - 1) / 2), histogram.Summarize()!.P50);
    });

    [Fact]
    public void Bytes_keep_their_sum_their_mean_and_their_ends_and_percentiles_within_a_thousandth() => Gen.Long[0, AmountHistogram.MostBytes].Array[1, 50].Sample(numbers =>
    {
        var histogram = Of(AmountHistogram.OfBytes(), numbers);

        var summary = histogram.Summarize()!;
        Assert.Equal((numbers.Length, numbers.Min(), numbers.Max(), numbers.Sum()), (summary.Count, summary.Min, summary.Max, histogram.Sum));
        Assert.Equal(numbers.Average(), summary.Mean, 6);
        var median = numbers.Order().ElementAt((numbers.Length - 1) / 2);
        Assert.InRange(summary.P50, median * 0.999, (median * 1.001) + 1);
    });

    [Fact]
    public void What_is_above_the_highest_is_saturated_and_the_maximum_stays_true()
    {
        var summary = Of(AmountHistogram.OfFew(), [3, 5000]).Summarize()!;

        Assert.Equal((2, 5000, 1), (summary.Count, summary.Max, summary.Saturated));
    }

    [Fact]
    public void An_empty_one_has_no_figures() => Assert.Null(AmountHistogram.OfBytes().Summarize());

    private static AmountHistogram Of(AmountHistogram histogram, IEnumerable<long> numbers)
    {
        foreach (var number in numbers)
        {
            histogram.Record(number);
        }

        return histogram;
    }
}
