using LoadGen.Core.Plans;
using LoadGen.Core.Slices;

namespace LoadGen.Cluster.Worker;

/// <summary>One scheduled handshake.</summary>
/// <param name="Index">Its number in the schedule.</param>
/// <param name="Planned">When it is due, from the start of the load.</param>
/// <param name="Target">Index into the plan's targets.</param>
/// <param name="Profile">Index into the plan's profiles.</param>
internal readonly record struct Arrival(long Index, TimeSpan Planned, int Target, int Profile);

/// <summary>
/// Says which arrivals of a worker's slices are due, and when the next one is. It has no clock, no thread and no lock: its owner
/// passes the time in, late or not, and each arrival still carries its exact planned time.
/// </summary>
internal sealed class ArrivalPump
{
    private readonly Plan _plan;
    private readonly ArrivalMix _mix;
    private IReadOnlyList<Slice> _slices;
    private bool _isCut;
    private int _slice;
    private long _next;
    private long _reached;
    private int _busy;
    private TimeSpan _leaseUntil = TimeSpan.MaxValue;
    private TimeSpan _notBefore = TimeSpan.MinValue;
    private bool _stopped;

    public ArrivalPump(Plan plan, params IReadOnlyList<Slice> slices)
    {
        _plan = plan;
        _mix = plan.Mix;
        _slices = slices;
        IsClosedLoad = plan.Load is Load.Closed;
    }

    /// <summary>Whether connections take their next arrivals as soon as they are free.</summary>
    public bool IsClosedLoad { get; }

    /// <summary>How many connections may be open at once.</summary>
    public int Connections => _slices.Count > 0 ? _slices[^1].Connections : 0;

    /// <summary>When the next arrival of an open load is due; <see langword="null"/> if there is none for now.</summary>
    public TimeSpan? NextDue => IsFenced ? null : NextDueUnfenced();

    /// <summary>Whether the lease has ended and was not renewed since.</summary>
    public bool IsFenced { get; private set; }

    /// <summary>Whether everything has ended for good; see <see cref="TryFinish"/>.</summary>
    public bool IsFinished { get; private set; }

    /// <summary>Follows other slices from now on. What was taken stays taken.</summary>
    /// <param name="slices">Those of the worker, in order; it may know some of them already, with other ends.</param>
    /// <param name="isCut">Whether more may come after the last one.</param>
    /// <returns>The first arrival that was not come to, and whether everything had ended here before.</returns>
    public (long Reached, bool IsFinished) Update(IReadOnlyList<Slice> slices, bool isCut)
    {
        if (_slices.Count > 0)
        {
            // Slices are known by their epochs: the one in progress continues where it is.
            var present = _slices[_slice].Epoch;
            var index = slices.ToList().FindIndex(slice => slice.Epoch == present);
            _slice = Math.Max(index, 0);
            _next = index < 0 ? 0 : _next;
        }

        _slices = slices;
        _isCut = isCut;
        return (_reached, IsFinished);
    }

    /// <summary>Lets arrivals begin until then. After a lease that had ended, what came due meanwhile is not made up for.</summary>
    public void Renew(TimeSpan until, TimeSpan now)
    {
        _leaseUntil = until;
        if (IsFenced && now <= until)
        {
            IsFenced = false;
            _notBefore = now;
        }
    }

    /// <summary>Whether an arrival came due while nothing was allowed to begin.</summary>
    public bool IsPast(Arrival arrival) => arrival.Planned < _notBefore;

    /// <summary>Takes the next arrival of an open load if it is due by <paramref name="now"/>.</summary>
    public bool TryTakeDue(TimeSpan now, out Arrival arrival)
    {
        var due = IsFencedAt(now) ? null : NextDueUnfenced();
        arrival = due <= now ? Take(due.Value) : default;
        return due <= now;
    }

    /// <summary>Takes an arrival of a closed load for one more connection, if there may be one more.</summary>
    public bool TryOpen(TimeSpan now, out Arrival arrival)
    {
        var mayOpen = now >= TimeSpan.Zero && _slices.Count > 0 && _busy < Connections && !IsExhausted(now) && !IsFencedAt(now);
        arrival = mayOpen ? Take(now) : default;
        _busy += mayOpen ? 1 : 0;
        return mayOpen;
    }

    /// <summary>Takes the next arrival of a closed load for a connection that became free, or takes the connection out of use.</summary>
    public bool TryTakeNext(TimeSpan now, out Arrival arrival)
    {
        var goesOn = _slices.Count > 0 && _busy <= Connections && !IsExhausted(now) && !IsFencedAt(now);
        arrival = goesOn ? Take(now) : default;
        _busy -= goesOn ? 0 : 1;
        return goesOn;
    }

    /// <summary>Lets no arrival come any more.</summary>
    public void Stop() => _stopped = true;

    /// <summary>Ends for good if no arrival will come any more, as of <paramref name="now"/>.</summary>
    public bool TryFinish(TimeSpan now)
    {
        IsFinished |= IsExhausted(now);
        return IsFinished;
    }

    private bool IsFencedAt(TimeSpan now)
    {
        IsFenced |= now > _leaseUntil;
        return IsFenced;
    }

    private TimeSpan? NextDueUnfenced()
    {
        if (_stopped || IsFinished || _plan.Load is not Load.Open open || !MoveOn())
        {
            return null;
        }

        return open.Schedule.TimeOf(_slices[_slice].ArrivalAt(_next));
    }

    // To the slice that the next arrival is in; false if there is none for now. A slice may still become longer while it is the
    // last one.
    private bool MoveOn()
    {
        while (_slice < _slices.Count && _next >= _slices[_slice].Count)
        {
            if (_slice + 1 >= _slices.Count)
            {
                return false;
            }

            _slice++;
            _next = 0;
        }

        return _slices.Count > 0;
    }

    private bool IsExhausted(TimeSpan now)
    {
        if (_stopped || IsFinished)
        {
            return true;
        }

        if (_plan.Load is Load.Closed { Duration: { } duration } && now >= duration)
        {
            return true;
        }

        return !_isCut && !MoveOn();
    }

    private Arrival Take(TimeSpan planned)
    {
        var index = _slices[_slice].ArrivalAt(_next++);
        _reached = index + 1;
        return new Arrival(index, planned, _mix.TargetOf(index), _mix.ProfileOf(index));
    }
}
