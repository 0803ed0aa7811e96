using System.Buffers;
using CsCheck;
using LoadGen.Core.Tallies;

namespace LoadGen.Core.Tests.Tallies;

public sealed class LatencyHistogramTests
{
    private static readonly Gen<TimeSpan[]> Times = Gen.OneOf(
        Gen.Long[0, TimeSpan.TicksPerSecond], Gen.Long[0, 90 * TimeSpan.TicksPerSecond]).Select(ticks => new TimeSpan(ticks)).Array[1, 200];

    [Fact]
    public void Percentiles_are_within_a_thousandth_of_the_true_ones() => Gen.Select(Times, Gen.Double[0, 100]).Sample((times, percent) =>
    {
        var highest = new[] { TimeSpan.FromSeconds(60), times.Min() }.Max();
        var sorted = times.Select(time => time > highest ? highest : time).Order().ToArray();
        var rank = Math.Max(1, (int)Math.Ceiling(percent / 100 * sorted.Length));

        var observed = Of(times).Percentile(percent)!.Value;

        // HdrHistogram rounds the rank to the nearest, so that the neighbour below is as right.
        var least = sorted[Math.Max(0, rank - 2)];
        var most = sorted[rank - 1];
        Assert.InRange(observed.TotalMicroseconds, (least.TotalMicroseconds * 0.999) - 1, (most.TotalMicroseconds * 1.001) + 1);
    });

    [Fact]
    public void Merging_is_the_same_as_recording_everything_in_one() => Gen.Select(Times, Times).Sample((first, second) =>
    {
        var merged = Of(first);
        merged.Merge(Of(second));

        Assert.Equal(Of([.. first, .. second]).Summarize(), merged.Summarize());
    });

    [Fact]
    public void Encoding_loses_nothing() => Gen.Select(Times, Times).Sample((first, second) =>
    {
        var bytes = new ArrayBufferWriter<byte>();
        Of(second).WriteTo(bytes);
        var merged = Of(first);

        Assert.Equal(second.Length, LatencyHistogram.Check(bytes.WrittenSpan));
        merged.MergeChecked(bytes.WrittenSpan);

        Assert.Equal(Of([.. first, .. second]).Summarize(), merged.Summarize());
    });

    [Theory]
    [InlineData(60_000_000, true)]
    [InlineData(60_000_001, false)]
    public void A_value_from_elsewhere_is_at_most_a_minute(long microseconds, bool isGood)
    {
        var bytes = new ArrayBufferWriter<byte>();
        foreach (var figure in (long[])[1, 5, 5, 5, 0, microseconds + 1, 1])
        {
            HistogramBytes.Write(bytes, figure);
        }

        if (isGood)
        {
            Assert.Equal(1, LatencyHistogram.Check(bytes.WrittenSpan));
        }
        else
        {
            Assert.Throws<TallyFormatException>(() => LatencyHistogram.Check(bytes.WrittenSpan));
        }
    }

    [Fact]
    public void Its_counts_are_the_times_in_order_within_a_thousandth() => Times.Sample(times =>
    {
        var counted = Of(times).Counts().SelectMany(each => Enumerable.Repeat(each.Key, (int)each.Value)).ToArray();

        var expected = times.Order().Select(time => time.TotalSeconds > 60 ? TimeSpan.FromSeconds(60) : time).ToArray();
        Assert.Equal(expected.Length, counted.Length);
        Assert.All(expected.Zip(counted), pair => Assert.InRange(
            pair.Second.TotalMicroseconds, (pair.First.TotalMicroseconds * 0.999) - 1, (pair.First.TotalMicroseconds * 1.001) + 1));
        Assert.Equal(times.Count(time => time.TotalMicroseconds >= 60_000_000.5), counted.Count(time => time.TotalSeconds > 60));
        Assert.Equal(times.Sum(time => time.Ticks), Of(times).Sum.Ticks);
    });

    [Fact]
    public void Times_above_a_minute_are_counted_as_saturated_and_the_maximum_stays_true()
    {
        var histogram = Of([TimeSpan.FromMilliseconds(1), TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(75)]);

        Assert.Equal(1, histogram.Saturated);
        Assert.Equal(3, histogram.Count);
        Assert.Equal(TimeSpan.FromSeconds(75), histogram.Summarize()!.Max);
    }

    [Fact]
    public void An_empty_histogram_has_no_figures()
    {
        Assert.Null(new LatencyHistogram().Summarize());
        Assert.Null(new LatencyHistogram().Percentile(50));
    }

    [Fact]
    public void A_reset_histogram_is_empty_and_counts_again()
    {
        var histogram = Of([TimeSpan.FromSeconds(70)]);

        histogram.Reset();
        histogram.Record(TimeSpan.FromMilliseconds(2));

        Assert.Equal(Of([TimeSpan.FromMilliseconds(2)]).Summarize(), histogram.Summarize());
    }

    private static LatencyHistogram Of(IEnumerable<TimeSpan> times)
    {
        var histogram = new LatencyHistogram();
        foreach (var time in times)
        {
            histogram.Record(time);
        }

        return histogram;
    }
}
