using LoadGen.Metrics;

namespace LoadGen.Tests.Metrics;

public sealed class SocketStatisticsTests
{
    [Theory]
    [InlineData("sockets: used 290\nTCP: inuse 21 orphan 3 tw 77 alloc 25 mem 5\nUDP: inuse 2 mem 0\n", "in_use 21, orphan 3, time_wait 77")]
    [InlineData("TCP: inuse 21\n", "in_use 21")]
    [InlineData("TCP: inuse\n", "")]
    [InlineData("sockets: used 290\n", "")]
    [InlineData("", "")]
    public void Sockets_are_counted_by_state(string text, string expected)
        => Assert.Equal(expected, string.Join(", ", SocketStatistics.Parse(text).Select(each => $"{each.State} {each.Count}")));
}
