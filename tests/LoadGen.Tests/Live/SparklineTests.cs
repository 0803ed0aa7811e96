using LoadGen.Live;

namespace LoadGen.Tests.Live;

public sealed class SparklineTests
{
    [Fact]
    public void Bars_go_from_zero_to_the_highest()
        => Assert.Equal("▁▂▅█", Sparkline.Of([0, 10, 40, 70], width: 10));

    [Fact]
    public void A_figure_that_is_missing_is_a_gap()
        => Assert.Equal("█ █", Sparkline.Of([5, null, 5], width: 10));

    [Fact]
    public void The_latest_are_shown_where_there_is_no_room_for_all_scaled_among_themselves()
        => Assert.Equal("▅█", Sparkline.Of([1000, 4, 7], width: 2));

    [Fact]
    public void Nothing_but_zero_is_flat()
        => Assert.Equal("▁▁▁", Sparkline.Of([0, 0, 0], width: 3));

    [Fact]
    public void Without_figures_there_is_nothing()
        => Assert.Equal("", Sparkline.Of([], width: 3));

    [Fact]
    public void A_terminal_without_block_characters_gets_plain_ones()
        => Assert.Equal("_#", Sparkline.Of([0, 1], width: 3, unicode: false));
}
