using System.Text;
using CsCheck;
using LoadGen.Core.Tallies;
using LoadGen.Metrics;
using Prometheus;

namespace LoadGen.Tests.Metrics;

public sealed class FoldedHistogramTests
{
    private static readonly Gen<TimeSpan[][]> Seconds =
        Gen.OneOf(Gen.Long[0, TimeSpan.TicksPerSecond], Gen.Long[0, 90 * TimeSpan.TicksPerSecond]).Select(ticks => new TimeSpan(ticks)).Array[0, 100].Array[1, 5];

    [Fact]
    public void Buckets_count_and_sum_are_those_of_observing_each_time() => Seconds.Sample(seconds =>
    {
        var counts = new BucketCounts(Buckets.Durations);
        var (folded, child, registry) = Make();
        foreach (var times in seconds)
        {
            Array.ForEach(times, time => counts.Record(time.Ticks));
            folded.BringTo(counts);
        }

        AssertEqual(seconds.SelectMany(times => times), child, registry, resolution: 0);
    });

    [Fact]
    public void A_finer_histogram_is_folded_with_its_exact_sum() => Seconds.Sample(seconds =>
    {
        var histogram = new LatencyHistogram();
        var (folded, child, registry) = Make();
        foreach (var times in seconds)
        {
            Array.ForEach(times, histogram.Record);
            folded.BringTo(BucketCounts.Of(histogram));
        }

        AssertEqual(seconds.SelectMany(times => times), child, registry, resolution: 0.001);
    });

    private static void AssertEqual(IEnumerable<TimeSpan> times, Histogram.Child observed, CollectorRegistry registry, double resolution)
    {
        var expected = times.Select(time => time.TotalSeconds).ToArray();
        Assert.Equal(expected.Length, observed.Count);
        Assert.Equal(expected.Sum(), observed.Sum, tolerance: expected.Sum() * Math.Max(resolution / 100, 1e-9));
        var cumulative = 0L;
        foreach (var (bound, count) in Buckets.Durations.Bounds.Zip(CountsOf(registry)))
        {
            cumulative += count;
            Assert.InRange(
                cumulative,
                expected.Count(time => time <= bound * (1 - resolution) - (resolution / 1000)),
                expected.Count(time => time <= bound * (1 + resolution) + (resolution / 1000)));
        }
    }

    // What is exposed, since a histogram does not tell its buckets otherwise.
    private static IEnumerable<long> CountsOf(CollectorRegistry registry)
    {
        using var text = new MemoryStream();
        registry.CollectAndExportAsTextAsync(text).GetAwaiter().GetResult();
        var cumulative = Encoding.UTF8.GetString(text.ToArray()).Split('\n')
            .Where(line => line.StartsWith("h_bucket", StringComparison.Ordinal))
            .Select(line => long.Parse(line[(line.LastIndexOf(' ') + 1)..]));
        var before = 0L;
        foreach (var count in cumulative)
        {
            yield return count - before;
            before = count;
        }
    }

    private static (FoldedHistogram Folded, Histogram.Child Child, CollectorRegistry Registry) Make()
    {
        var registry = Prometheus.Metrics.NewCustomRegistry();
        var child = Prometheus.Metrics.WithCustomRegistry(registry)
            .CreateHistogram("h", "h", new HistogramConfiguration { Buckets = Buckets.Durations.Bounds }).WithLabels();
        return (new FoldedHistogram(child, Buckets.Durations), child, registry);
    }
}
