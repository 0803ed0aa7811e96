using LoadGen.Core.Plans;
using LoadGen.Core.Slices;

namespace LoadGen.Cluster.Worker;

/// <summary>
/// Says which arrivals of a slice are due, and when the next one is. It has no clock and no thread: whoever owns it passes
/// the time in, late or not, and each arrival still carries its exact planned time. Safe for concurrent use: the connections
/// of a closed load take their next arrivals themselves.
/// </summary>
internal sealed class ArrivalPump(Plan plan, Slice slice)
{
    private readonly ArrivalMix _mix = plan.Mix;
    private readonly Lock _lock = new();
    private long _next;
    private bool _stopped;

    /// <summary>How many connections start at once in a closed load; 0 for an open one.</summary>
    public int ClosedConnections => plan.Load is Load.Closed ? slice.Connections : 0;

    /// <summary>When the next arrival of an open load is due; <see langword="null"/> if there is none.</summary>
    public TimeSpan? NextDue
    {
        get
        {
            lock (_lock)
            {
                return NextDueLocked();
            }
        }
    }

    /// <summary>Whether no arrival will come any more, as of <paramref name="now"/>.</summary>
    public bool IsExhausted(TimeSpan now)
    {
        lock (_lock)
        {
            return IsExhaustedLocked(now);
        }
    }

    /// <summary>Takes the next arrival of an open load if it is due by <paramref name="now"/>.</summary>
    public bool TryTakeDue(TimeSpan now, out Arrival arrival)
    {
        lock (_lock)
        {
            var due = NextDueLocked();
            arrival = due <= now ? Take(due.Value) : default;
            return due <= now;
        }
    }

    /// <summary>Takes the next arrival of a closed load, for a connection that became free at <paramref name="now"/>.</summary>
    public bool TryTakeNext(TimeSpan now, out Arrival arrival)
    {
        lock (_lock)
        {
            var isOver = IsExhaustedLocked(now);
            arrival = isOver ? default : Take(now);
            return !isOver;
        }
    }

    /// <summary>Lets no arrival come any more.</summary>
    public void Stop()
    {
        lock (_lock)
        {
            _stopped = true;
        }
    }

    private TimeSpan? NextDueLocked() => !_stopped && plan.Load is Load.Open open && _next < slice.Count
        ? open.Schedule.TimeOf(slice.ArrivalAt(_next))
        : null;

    private bool IsExhaustedLocked(TimeSpan now) => _stopped || _next >= slice.Count
        || (plan.Load is Load.Closed { Duration: { } duration } && now >= duration);

    private Arrival Take(TimeSpan planned)
    {
        var index = slice.ArrivalAt(_next++);
        return new Arrival(index, planned, _mix.TargetOf(index), _mix.ProfileOf(index));
    }
}
