namespace LoadGen.Cluster.Worker;

/// <summary>
/// The coordinator's monotonic clock as seen from here, by round trips: an answer's time belongs to some moment between question
/// and answer, so the shortest round trip tells most (as in NTP, RFC 5905 section 8). Wall clocks play no part.
/// </summary>
internal sealed class CoordinatorClock
{
    private TimeSpan _shortest = TimeSpan.MaxValue;

    /// <summary>The coordinator's time less the time here; <see langword="null"/> before the first answer.</summary>
    public TimeSpan? Ahead { get; private set; }

    /// <summary>When the latest question that has been answered was asked; <see langword="null"/> before the first answer.</summary>
    public TimeSpan? LastAnswered { get; private set; }

    /// <summary>Takes an answer.</summary>
    /// <param name="asked">When the question was asked, by the clock here.</param>
    /// <param name="coordinator">The coordinator's time in the answer.</param>
    /// <param name="now">The time here.</param>
    public void Answered(TimeSpan asked, TimeSpan coordinator, TimeSpan now)
    {
        LastAnswered = LastAnswered > asked ? LastAnswered : asked;
        var roundTrip = now - asked;
        if (roundTrip <= _shortest)
        {
            _shortest = roundTrip;
            Ahead = coordinator - (asked + (roundTrip / 2));
        }
    }

    /// <summary>Forgets the clock: another coordinator has another.</summary>
    public void Forget()
    {
        _shortest = TimeSpan.MaxValue;
        Ahead = null;
    }
}
