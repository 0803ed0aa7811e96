namespace LoadGen.Cluster.Worker;

/// <summary>
/// Calls back at a set time, to about a millisecond, from a thread of its own: the actor system's scheduler ticks every
/// 10 ms, and the thread pool's timers wait behind TLS work when that is heavy.
/// </summary>
internal sealed class Alarm : IDisposable
{
    private readonly Lock _gate = new();
    private readonly AutoResetEvent _changed = new(false);
    private readonly TimeProvider _time;
    private readonly Action _ring;
    private readonly Thread _thread;
    private long? _ringAt;
    private bool _disposed;

    /// <param name="time">The monotonic clock.</param>
    /// <param name="ring">Called once for each time that was set; must not block or throw.</param>
    public Alarm(TimeProvider time, Action ring)
    {
        _time = time;
        _ring = ring;
        _thread = new Thread(Run) { IsBackground = true, Name = "loadgen-alarm", Priority = ThreadPriority.AboveNormal };
        _thread.Start();
    }

    /// <summary>Sets the time, in place of one set before.</summary>
    /// <param name="delay">From now; zero or less rings at once.</param>
    public void Set(TimeSpan delay)
    {
        var ringAt = _time.GetTimestamp() + (long)(delay.TotalSeconds * _time.TimestampFrequency);
        lock (_gate)
        {
            _ringAt = ringAt;
        }

        _changed.Set();
    }

    /// <summary>Ends the thread. Nothing rings after this returns.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
        }

        _changed.Set();
        _thread.Join();
        _changed.Dispose();
    }

    private void Run()
    {
        while (true)
        {
            TimeSpan? remaining;
            lock (_gate)
            {
                if (_disposed)
                {
                    return;
                }

                remaining = _ringAt is { } ringAt ? _time.GetElapsedTime(_time.GetTimestamp(), ringAt) : null;
                if (remaining <= TimeSpan.Zero)
                {
                    _ringAt = null;
                }
            }

            if (remaining <= TimeSpan.Zero)
            {
                _ring();
            }
            else
            {
                // Rounded up: waking early would only mean to look again.
                _changed.WaitOne(remaining is { } wait ? (int)Math.Min(Math.Ceiling(wait.TotalMilliseconds), int.MaxValue) : Timeout.Infinite);
            }
        }
    }
}
