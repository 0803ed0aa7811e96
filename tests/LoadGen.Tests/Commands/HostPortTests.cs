using LoadGen.Commands;

namespace LoadGen.Tests.Commands;

public sealed class HostPortTests
{
    [Theory]
    [InlineData("10.0.0.5:4053", "10.0.0.5", 4053)]
    [InlineData("worker.internal:0", "worker.internal", 0)]
    [InlineData("[::1]:4053", "::1", 4053)]
    [InlineData("9090", "127.0.0.1", 9090)]
    public void An_address_is_read(string text, string host, int port)
    {
        Assert.True(HostPort.TryParse(text, out var address));
        Assert.Equal((host, port), address);
    }

    [Theory]
    [InlineData("worker.internal", "worker.internal", 4053)]
    [InlineData("worker.internal:80", "worker.internal", 80)]
    [InlineData("10.0.0.5", "10.0.0.5", 4053)]
    [InlineData("fd00::5", "fd00::5", 4053)]
    [InlineData("[fd00::5]:80", "fd00::5", 80)]
    public void An_address_is_read_that_need_not_name_a_port(string text, string host, int port)
    {
        Assert.True(HostPort.TryParse(text, 4053, out var address));
        Assert.Equal((host, port), address);
    }

    [Theory]
    [InlineData("")]
    [InlineData(":4053")]
    [InlineData("host:")]
    [InlineData("host:65536")]
    [InlineData("host:-1")]
    [InlineData("::1:4053")]
    public void What_is_no_address_is_refused(string text) => Assert.False(HostPort.TryParse(text, out _));

    [Theory]
    [InlineData("localhost:80", "127.0.0.1:80")]
    [InlineData("0.0.0.0:80", "0.0.0.0:80")]
    [InlineData("[::]:80", "[::]:80")]
    [InlineData("80", "127.0.0.1:80")]
    public void An_address_to_bind_is_read(string text, string expected)
    {
        Assert.True(HostPort.TryParseEndPoint(text, out var endPoint));
        Assert.Equal(expected, endPoint.ToString());
    }

    [Fact]
    public void An_address_to_bind_is_no_name() => Assert.False(HostPort.TryParseEndPoint("worker.internal:80", out _));
}
