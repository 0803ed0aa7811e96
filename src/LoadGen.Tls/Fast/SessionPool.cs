namespace LoadGen.Tls.Fast;

/// <summary>A session that a server is willing to resume.</summary>
/// <param name="lifetime">How long the server keeps its part of it, counted from when it came.</param>
internal abstract class Session(TimeSpan lifetime)
{
    /// <summary>How long it may be offered.</summary>
    public TimeSpan Lifetime { get; } = lifetime;

    /// <summary>Whether it is to be offered once (RFC 8446 appendix C.4).</summary>
    public abstract bool IsSingleUse { get; }
}

/// <summary>A session to be offered.</summary>
/// <param name="Session">The session.</param>
/// <param name="Received">When it came, as a time stamp of the clock.</param>
/// <param name="Age">How long ago that was.</param>
internal readonly record struct AgedSession(Session Session, long Received, TimeSpan Age);

/// <summary>
/// The sessions with the servers of one name, of one profile: the newest is offered first, one for a single use is gone then, and the
/// oldest makes room for one too many. Safe for concurrent use.
/// </summary>
internal sealed class SessionPool(TimeProvider clock)
{
    /// <summary>The most sessions that are kept.</summary>
    public const int Most = 16 * 1024;

    private readonly Lock _lock = new();

    // A ring: the newest is before _end, the oldest _count before that.
    private (Session Session, long Received)[] _ring = new (Session, long)[16];
    private int _end;
    private int _count;

    /// <summary>How many sessions there are; those whose lifetime is over count until they are found.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _count;
            }
        }
    }

    /// <summary>Whether there are as many sessions as so many connections need to have one each.</summary>
    public bool Suffices(int connections)
    {
        lock (_lock)
        {
            return _count >= connections || (_count > 0 && !_ring[Before(_end)].Session.IsSingleUse);
        }
    }

    /// <summary>Keeps a session that has come now.</summary>
    public void Keep(Session session) => Push(session, clock.GetTimestamp());

    /// <summary>Takes the newest session; <see langword="null"/> if there is none whose lifetime is not over.</summary>
    public AgedSession? Take()
    {
        lock (_lock)
        {
            while (_count > 0)
            {
                var at = Before(_end);
                var (session, received) = _ring[at];
                var age = clock.GetElapsedTime(received);
                if (age < session.Lifetime && !session.IsSingleUse)
                {
                    return new AgedSession(session, received, age);
                }

                (_ring[at], _end) = (default, at);
                _count--;
                if (age < session.Lifetime)
                {
                    return new AgedSession(session, received, age);
                }
            }

            return null;
        }
    }

    /// <summary>Gives back a session that was taken and not offered.</summary>
    public void Return(AgedSession session)
    {
        if (session.Session.IsSingleUse)
        {
            Push(session.Session, session.Received);
        }
    }

    private void Push(Session session, long received)
    {
        lock (_lock)
        {
            if (!session.IsSingleUse && _count > 0 && !_ring[Before(_end)].Session.IsSingleUse)
            {
                // The one before it would not be offered again.
                _ring[Before(_end)] = (session, received);
                return;
            }

            if (_count == _ring.Length && _count < Most)
            {
                var larger = new (Session, long)[2 * _count];
                for (var i = 0; i < _count; i++)
                {
                    larger[i] = _ring[(_end + i) % _count];
                }

                (_ring, _end) = (larger, _count);
            }

            _ring[_end] = (session, received);
            _end = (_end + 1) % _ring.Length;
            _count = Math.Min(_count + 1, _ring.Length);
        }
    }

    private int Before(int at) => (at == 0 ? _ring.Length : at) - 1;
}
