using LoadGen.Core.Plans;

namespace LoadGen.Core.Tests.Plans;

public sealed class ThresholdParserTests
{
    [Theory]
    [InlineData("p99<50ms", "response", Statistic.P99, Comparison.Less, 50)]
    [InlineData("p999 <= 1.5s", "response", Statistic.P999, Comparison.LessOrEqual, 1500)]
    [InlineData("response.mean<10ms", "response", Statistic.Mean, Comparison.Less, 10)]
    [InlineData("handshake.p95<20ms", "handshake", Statistic.P95, Comparison.Less, 20)]
    [InlineData("tcp_connect.max<=5ms", "tcp_connect", Statistic.Max, Comparison.LessOrEqual, 5)]
    [InlineData("server_hello.p50 > 1ms", "server_hello", Statistic.P50, Comparison.Greater, 1)]
    [InlineData("failures<0.1%", null, Statistic.Failures, Comparison.Less, 0.001)]
    [InlineData("resumed >= 29%", null, Statistic.Resumed, Comparison.GreaterOrEqual, 0.29)]
    [InlineData("refused < 1%", null, Statistic.Refused, Comparison.Less, 0.01)]
    [InlineData("early_data >= 90%", null, Statistic.EarlyData, Comparison.GreaterOrEqual, 0.9)]
    [InlineData("kept <= 1%", null, Statistic.Kept, Comparison.LessOrEqual, 0.01)]
    [InlineData("ended_after.max<10s", "ended_after", Statistic.Max, Comparison.Less, 10_000)]
    [InlineData("rate>=950", null, Statistic.Rate, Comparison.GreaterOrEqual, 950)]
    [InlineData("rate >= 600/m", null, Statistic.Rate, Comparison.GreaterOrEqual, 10)]
    [InlineData("bytes_in.p99 < 6000", "bytes_in", Statistic.P99, Comparison.Less, 6000)]
    [InlineData("certificate_bytes.max<=3500.5", "certificate_bytes", Statistic.Max, Comparison.LessOrEqual, 3500.5)]
    [InlineData("flights.max <= 3", "flights", Statistic.Max, Comparison.LessOrEqual, 3)]
    [InlineData("retries.mean<0.01", "retries", Statistic.Mean, Comparison.Less, 0.01)]
    [InlineData("tcp_rtt.p50<20ms", "tcp_rtt", Statistic.P50, Comparison.Less, 20)]
    public void A_threshold_is_read(string text, string? measure, Statistic statistic, Comparison comparison, double bound)
    {
        Assert.True(ThresholdParser.TryParse(text, out var threshold, out var remedy), remedy);
        Assert.Equal((measure, statistic, comparison), (threshold.Measure?.Name, threshold.Statistic, threshold.Comparison));
        Assert.Equal(bound, threshold.Bound, 9);
        Assert.Equal(text, threshold.Expression);
    }

    [Theory]
    [InlineData("p99", "such as p99 < 50ms")]
    [InlineData("p98<50ms", "p9")]
    [InlineData("p99<50", "as a duration")]
    [InlineData("p99<", "as a duration")]
    [InlineData("failures<0.5", "as a percentage")]
    [InlineData("handshake.failures<1%", "without a prefix")]
    [InlineData("handshake.resumed>1%", "without a prefix")]
    [InlineData("resumed>=0.3", "as a percentage")]
    [InlineData("server_helo.p99<1s", "server_hello")]
    [InlineData("rate>=fast", "as a rate")]
    [InlineData("bytes_in.p99<6ms", "as a number of bytes")]
    [InlineData("bytes_in<6000", "p99")]
    [InlineData("flights.max<=three", "as a number, such as 3")]
    [InlineData("bytes_im.p99<6000", "bytes_in")]
    public void What_is_none_is_answered_with_what_to_write(string text, string expected)
    {
        Assert.False(ThresholdParser.TryParse(text, out _, out var remedy));
        Assert.Contains(expected, remedy, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("p99<50ms", 49.999, true)]
    [InlineData("p99<50ms", 50, false)]
    [InlineData("p99<=50ms", 50, true)]
    [InlineData("rate>=950", 950, true)]
    [InlineData("rate>950", 950, false)]
    public void It_holds_by_its_own_comparison(string text, double observed, bool holds)
    {
        Assert.True(ThresholdParser.TryParse(text, out var threshold, out _));
        Assert.Equal(holds, threshold.Holds(observed));
    }
}
