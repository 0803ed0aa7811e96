using CsCheck;
using LoadGen.Core.Plans.Units;

namespace LoadGen.Core.Tests.Plans;

public sealed class UnitsTests
{
    [Theory]
    [InlineData("10s", 10_000)]
    [InlineData("250ms", 250)]
    [InlineData("5m", 300_000)]
    [InlineData("1m30s", 90_000)]
    [InlineData("1.5h", 5_400_000)]
    [InlineData("500us", 0.5)]
    public void A_duration_is_read(string text, double milliseconds)
    {
        Assert.True(DurationText.TryParse(text, out var duration));
        Assert.Equal(milliseconds, duration.TotalMilliseconds, 6);
    }

    [Theory]
    [InlineData("")]
    [InlineData("10")]
    [InlineData("s")]
    [InlineData("-1s")]
    [InlineData("10 apples")]
    [InlineData("1e3s")]
    [InlineData("99999999999999h")]
    public void What_is_no_duration_is_refused(string text) => Assert.False(DurationText.TryParse(text, out _));

    [Fact]
    public void A_duration_is_read_back_as_it_was_written() => Gen.Long[0, 40L * 24 * 3600 * 1_000_000].Sample(microseconds =>
    {
        var duration = TimeSpan.FromMicroseconds(microseconds);

        Assert.True(DurationText.TryParse(DurationText.Format(duration), out var read));
        Assert.Equal(duration, read);
    });

    [Theory]
    [InlineData("2000/s", 2000)]
    [InlineData("600/m", 10)]
    [InlineData("3600/h", 1)]
    [InlineData("0.5/s", 0.5)]
    public void A_rate_is_read_per_second(string text, double expected)
    {
        Assert.True(RateText.TryParse(text, out var rate));
        Assert.Equal(expected, rate, 9);
    }

    [Theory]
    [InlineData("2000")]
    [InlineData("-1/s")]
    [InlineData("1/week")]
    [InlineData("NaN/s")]
    public void What_is_no_rate_is_refused(string text) => Assert.False(RateText.TryParse(text, out _));

    [Theory]
    [InlineData("30%", 0.3)]
    [InlineData("0.1%", 0.001)]
    [InlineData("100%", 1)]
    public void A_percentage_is_read_as_a_ratio(string text, double expected)
    {
        Assert.True(PercentText.TryParse(text, out var ratio));
        Assert.Equal(expected, ratio, 9);
    }

    [Theory]
    [InlineData("30")]
    [InlineData("101%")]
    [InlineData("-1%")]
    public void What_is_no_percentage_is_refused(string text) => Assert.False(PercentText.TryParse(text, out _));

    [Theory]
    [InlineData("www.example.com:8443", "www.example.com", 8443)]
    [InlineData("www.example.com", "www.example.com", 443)]
    [InlineData("192.0.2.1:1", "192.0.2.1", 1)]
    [InlineData("[2001:db8::1]:443", "2001:db8::1", 443)]
    [InlineData("[::1]", "::1", 443)]
    public void An_address_is_read(string text, string expectedHost, int expectedPort)
    {
        Assert.True(AddressText.TryParse(text, 443, out var host, out var port));
        Assert.Equal((expectedHost, expectedPort), (host, port));
    }

    [Theory]
    [InlineData("")]
    [InlineData(":443")]
    [InlineData("host:0")]
    [InlineData("host:65536")]
    [InlineData("host:https")]
    [InlineData("https://host")]
    [InlineData("ho st:443")]
    [InlineData("[::1:443")]
    public void What_is_no_address_is_refused(string text) => Assert.False(AddressText.TryParse(text, 443, out _, out _));
}
