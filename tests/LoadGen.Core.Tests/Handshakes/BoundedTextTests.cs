using CsCheck;
using LoadGen.Core.Handshakes;

namespace LoadGen.Core.Tests.Handshakes;

public sealed class BoundedTextTests
{
    [Theory]
    [InlineData("CN=example, O=Müller & Söhne, C=日本 🙂", "CN=example, O=Müller & Söhne, C=日本 🙂")]
    [InlineData("a\u001b[2Jb", @"a\x1b[2Jb")] // escape: clears a terminal
    [InlineData("a\u009b2Jb", @"a\x9b2Jb")] // the same in C1
    [InlineData("a\r\nb\tc\0\u007f", @"a\x0d\x0ab\x09c\x00\x7f")]
    [InlineData("a\u202egnp.exe", @"a\u202egnp.exe")] // right to left
    [InlineData("pay\u200bpal\ufeff\u2066", @"pay\u200bpal\ufeff\u2066")] // no width, isolates
    [InlineData("a\u2028b\u2029c", @"a\u2028b\u2029c")] // ends of lines
    [InlineData("a\ue000\U000e0041", @"a\ue000\ue0041")] // private use, tags
    public void What_is_not_seen_is_escaped_and_nothing_else(string text, string expected) => Assert.Equal(expected, BoundedText.Of(text));

    [Fact]
    public void Half_a_character_becomes_the_replacement_character() => Assert.Equal("a\ufffdb", BoundedText.Of("a\ud800b"));

    [Fact]
    public void Any_text_is_harmless_short_and_stays_as_it_is_the_second_time()
        => Gen.Char[char.MinValue, char.MaxValue].Array[0, 1500].Sample(characters =>
        {
            var bounded = BoundedText.Of(new string(characters));

            Assert.InRange(bounded.Length, 0, BoundedText.Longest);
            Assert.DoesNotContain(bounded, char.IsControl);
            Assert.Equal(bounded, BoundedText.Of(bounded));
            Assert.Equal(bounded, System.Text.Encoding.UTF8.GetString(System.Text.Encoding.UTF8.GetBytes(bounded)));
        });

    [Theory]
    [InlineData(1024, 1024, 'x')]
    [InlineData(1025, 1024, '…')]
    [InlineData(100_000, 1024, '…')]
    public void A_long_text_is_cut(int length, int expected, char last)
    {
        var bounded = BoundedText.Of(new string('x', length));

        Assert.Equal((expected, last), (bounded.Length, bounded[^1]));
    }
}
