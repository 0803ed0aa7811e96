namespace LoadGen.Core.Shapes;

/// <summary>Shapes one after another.</summary>
public sealed class Stages : IShape
{
    private readonly IShape[] _stages;
    private readonly TimeSpan[] _startsAt;
    private readonly double[] _arrivalsBefore;

    /// <param name="stages">At least one.</param>
    public Stages(IReadOnlyList<IShape> stages)
    {
        ArgumentOutOfRangeException.ThrowIfZero(stages.Count);
        _stages = [.. stages];
        _startsAt = new TimeSpan[_stages.Length];
        _arrivalsBefore = new double[_stages.Length];
        for (var i = 0; i < _stages.Length; i++)
        {
            _startsAt[i] = Duration;
            _arrivalsBefore[i] = Arrivals;
            Duration += _stages[i].Duration;
            Arrivals += _stages[i].Arrivals;
        }
    }

    /// <summary>The stages in their order.</summary>
    public IReadOnlyList<IShape> Parts => _stages;

    public TimeSpan Duration { get; }

    public double Arrivals { get; }

    /// <summary>Which stage is in progress at <paramref name="time"/>, from 0; the last one when all have ended.</summary>
    public int StageAt(TimeSpan time) => LastStartedBy(_startsAt, time);

    public double RateAt(TimeSpan time)
    {
        var stage = StageAt(time);
        return _stages[stage].RateAt(time - _startsAt[stage]);
    }

    public double ArrivalsBy(TimeSpan time)
    {
        var stage = StageAt(time);
        return _arrivalsBefore[stage] + _stages[stage].ArrivalsBy(time - _startsAt[stage]);
    }

    public TimeSpan TimeOf(double arrivals)
    {
        var stage = LastStartedBy(_arrivalsBefore, arrivals);
        return _startsAt[stage] + _stages[stage].TimeOf(arrivals - _arrivalsBefore[stage]);
    }

    // Stages are few, so a scan from the end beats a search; it finds the last of several that start at the same value.
    private static int LastStartedBy<T>(T[] starts, T value)
        where T : IComparable<T>
    {
        var stage = starts.Length - 1;
        while (stage > 0 && starts[stage].CompareTo(value) > 0)
        {
            stage--;
        }

        return stage;
    }
}
