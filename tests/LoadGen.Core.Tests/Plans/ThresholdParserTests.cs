using LoadGen.Core.Handshakes;
using LoadGen.Core.Plans;

namespace LoadGen.Core.Tests.Plans;

public sealed class ThresholdParserTests
{
    [Theory]
    [InlineData("p99<50ms", LatencyOf.Response, null, Statistic.P99, Comparison.Less, 50)]
    [InlineData("p999 <= 1.5s", LatencyOf.Response, null, Statistic.P999, Comparison.LessOrEqual, 1500)]
    [InlineData("response.mean<10ms", LatencyOf.Response, null, Statistic.Mean, Comparison.Less, 10)]
    [InlineData("handshake.p95<20ms", LatencyOf.Handshake, null, Statistic.P95, Comparison.Less, 20)]
    [InlineData("tcp_connect.max<=5ms", LatencyOf.Phase, Phase.TcpConnect, Statistic.Max, Comparison.LessOrEqual, 5)]
    [InlineData("server_hello.p50 > 1ms", LatencyOf.Phase, Phase.ServerHello, Statistic.P50, Comparison.Greater, 1)]
    [InlineData("failures<0.1%", null, null, Statistic.Failures, Comparison.Less, 0.001)]
    [InlineData("resumed >= 29%", null, null, Statistic.Resumed, Comparison.GreaterOrEqual, 0.29)]
    [InlineData("rate>=950", null, null, Statistic.Rate, Comparison.GreaterOrEqual, 950)]
    [InlineData("rate >= 600/m", null, null, Statistic.Rate, Comparison.GreaterOrEqual, 10)]
    public void A_threshold_is_read(string text, LatencyOf? latency, Phase? phase, Statistic statistic, Comparison comparison, double bound)
    {
        Assert.True(ThresholdParser.TryParse(text, out var threshold, out var remedy), remedy);
        Assert.Equal((latency, phase, statistic, comparison), (threshold.Latency, threshold.Phase, threshold.Statistic, threshold.Comparison));
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
