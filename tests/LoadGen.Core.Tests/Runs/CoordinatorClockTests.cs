using LoadGen.Core.Runs;

namespace LoadGen.Core.Tests.Runs;

/// <summary>The coordinator's clock runs 1000 s ahead of the one here, and only questions and answers can tell.</summary>
public sealed class CoordinatorClockTests
{
    private static readonly TimeSpan Ahead = TimeSpan.FromSeconds(1000);

    private CoordinatorClock _clock = CoordinatorClock.Unknown;

    [Fact]
    public void Nothing_is_known_before_the_first_answer()
    {
        Assert.Null(_clock.Ahead);
        Assert.Null(_clock.LastAnswered);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(20, 20)]
    [InlineData(900, 900)]
    public void A_way_that_is_as_long_there_as_back_tells_the_time_exactly(double there, double back)
    {
        Ask(at: 10, there, back);

        Assert.Equal(Ahead, _clock.Ahead);
    }

    [Theory]
    [InlineData(40, 0, 20)]
    [InlineData(0, 40, -20)]
    [InlineData(30, 10, 10)]
    public void A_way_that_is_not_is_off_by_half_the_difference(double there, double back, double offMilliseconds)
    {
        Ask(at: 10, there, back);

        Assert.Equal(Ahead + TimeSpan.FromMilliseconds(offMilliseconds), _clock.Ahead);
    }

    [Fact]
    public void Of_several_answers_the_one_with_the_shortest_way_counts()
    {
        Ask(at: 10, there: 300, back: 0);
        Ask(at: 11, there: 4, back: 2);
        Ask(at: 12, there: 0, back: 500);

        Assert.Equal(Ahead + TimeSpan.FromMilliseconds(1), _clock.Ahead);
    }

    [Fact]
    public void Of_equally_short_ways_the_latest_counts_because_clocks_drift()
    {
        Ask(at: 10, there: 5, back: 5);
        Ask(at: 3600, there: 5, back: 5, drift: TimeSpan.FromMilliseconds(30));

        Assert.Equal(Ahead + TimeSpan.FromMilliseconds(30), _clock.Ahead);
    }

    [Theory]
    [InlineData(60, false)]
    [InlineData(3600, true)]
    public void An_old_answer_gives_way_to_one_with_a_longer_way_once_drift_may_be_worse(double secondsLater, bool replaced)
    {
        Ask(at: 10, there: 5, back: 5);
        Ask(at: 10 + secondsLater, there: 30, back: 30, drift: TimeSpan.FromMilliseconds(90));

        Assert.Equal(replaced ? Ahead + TimeSpan.FromMilliseconds(90) : Ahead, _clock.Ahead);
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(-86_400.0)]
    [InlineData(31_536_000.0)]
    public void When_the_other_clock_began_does_not_matter(double secondsAhead)
    {
        _clock = _clock.Answered(asked: Seconds(50), coordinator: Seconds(50.01 + secondsAhead), now: Seconds(50.02));

        Assert.Equal(secondsAhead, _clock.Ahead!.Value.TotalSeconds, tolerance: 1e-6);
    }

    [Fact]
    public void The_lease_counts_from_the_latest_question_that_was_answered()
    {
        Ask(at: 10, there: 5, back: 5);
        Ask(at: 12, there: 5, back: 800);

        Assert.Equal(Seconds(12), _clock.LastAnswered);
    }

    [Fact]
    public void An_answer_that_was_overtaken_does_not_shorten_the_lease()
    {
        Ask(at: 12, there: 5, back: 5);
        Ask(at: 10, there: 5, back: 3000);

        Assert.Equal(Seconds(12), _clock.LastAnswered);
    }

    [Fact]
    public void Another_coordinator_has_another_clock_but_the_lease_stays()
    {
        Ask(at: 10, there: 1, back: 1);

        _clock = _clock.Forget();

        Assert.Equal((null, Seconds(10)), (_clock.Ahead, _clock.LastAnswered));
        _clock = _clock.Answered(asked: Seconds(11), coordinator: Seconds(511.4), now: Seconds(11.8));
        Assert.Equal(Seconds(500), _clock.Ahead);
    }

    private static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);

    private void Ask(double at, double there, double back, TimeSpan drift = default)
    {
        var arrives = Seconds(at) + TimeSpan.FromMilliseconds(there);
        _clock = _clock.Answered(Seconds(at), arrives + Ahead + drift, arrives + TimeSpan.FromMilliseconds(back));
    }
}
