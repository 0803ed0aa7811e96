namespace LoadGen.Core.Runs;

/// <summary>
/// The coordinator's monotonic clock as seen from a worker, by round trips: an answer's time belongs to some moment between
/// question and answer, so the shortest round trip tells most (as in NTP, RFC 5905 section 8). Clocks drift apart meanwhile,
/// so an old answer tells less with every second. Wall clocks play no part.
/// </summary>
/// <param name="Ahead">The coordinator's time less the time here; <see langword="null"/> before the first answer.</param>
/// <param name="LastAnswered">When the latest question that has been answered was asked; <see langword="null"/> before the first answer.</param>
public sealed record CoordinatorClock(TimeSpan? Ahead, TimeSpan? LastAnswered)
{
    /// <summary>How fast two clocks may drift apart: RFC 5905 takes 15 ppm for one that is kept; free-running ones reach 100.</summary>
    private const double Drift = 100e-6;

    public static readonly CoordinatorClock Unknown = new(null, null);

    /// <summary>The most that <see cref="Ahead"/> was wrong by when it was measured.</summary>
    private TimeSpan Error { get; init; }

    private TimeSpan MeasuredAt { get; init; }

    /// <summary>The same after an answer.</summary>
    /// <param name="asked">When the question was asked, by the clock here.</param>
    /// <param name="coordinator">The coordinator's time in the answer.</param>
    /// <param name="now">The time here.</param>
    public CoordinatorClock Answered(TimeSpan asked, TimeSpan coordinator, TimeSpan now)
    {
        var heard = this with { LastAnswered = LastAnswered > asked ? LastAnswered : asked };
        var error = (now - asked) / 2;
        return Ahead is null || error <= Error + ((now - MeasuredAt) * Drift)
            ? heard with { Ahead = coordinator - (asked + error), Error = error, MeasuredAt = now }
            : heard;
    }

    /// <summary>The same after another coordinator was heard, which has another clock.</summary>
    public CoordinatorClock Forget() => this with { Ahead = null };
}
