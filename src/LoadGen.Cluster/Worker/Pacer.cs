using LoadGen.Core.Handshakes;
using LoadGen.Core.Plans;
using LoadGen.Core.Slices;

namespace LoadGen.Cluster.Worker;

/// <summary>
/// The one owner of a worker's arrivals: gives each that is due to a free connection, or counts it as dropped. It has a thread of
/// its own, so that arrivals are released on time, to about a millisecond, however busy the handshakes keep the machine: the
/// actor system's scheduler ticks every 10 ms, and the thread pool's timers wait behind TLS work when that is heavy.
/// </summary>
internal sealed class Pacer : IDisposable
{
    /// <summary>However far away the next arrival is, a load that its duration ends is looked at so often.</summary>
    private static readonly TimeSpan LookAtLeastEvery = TimeSpan.FromMilliseconds(250);

    private readonly Lock _lock = new();
    private readonly ArrivalPump _pump;
    private readonly IHandshakeEngine _engine;
    private readonly RunClock _clock;
    private readonly LoadRecords _records;
    private readonly IPacerOwner _owner;
    private readonly CancellationTokenSource _holding = new();
    private readonly CancellationTokenSource _cancellation = new();
    private readonly AutoResetEvent _changed = new(false);
    private readonly Stack<ConnectionSlot> _free = new();
    private readonly Thread _thread;
    private int _inFlight;
    private int _resting;
    private bool _drained;
    private bool _disposed;

    /// <param name="plan">What is run.</param>
    /// <param name="engine">Makes the clients.</param>
    /// <param name="clock">Time since the start of the load.</param>
    /// <param name="records">Where what ends is put.</param>
    /// <param name="owner">Told when everything has ended, or when the load fails.</param>
    public Pacer(Plan plan, IHandshakeEngine engine, RunClock clock, LoadRecords records, IPacerOwner owner)
    {
        _pump = new ArrivalPump(plan);
        // Until the first assignment more may come.
        _ = _pump.Update([], isCut: true);
        _engine = engine;
        _clock = clock;
        _records = records;
        _owner = owner;
        _thread = new Thread(Run) { IsBackground = true, Name = "loadgen-pacer", Priority = ThreadPriority.AboveNormal };
        _thread.Start();
    }

    /// <summary>Connections in progress. One that rests after failures is not.</summary>
    public int InFlight
    {
        get
        {
            lock (_lock)
            {
                return _inFlight - _resting;
            }
        }
    }

    /// <summary>Follows other slices from now on.</summary>
    /// <param name="slices">Those of the worker, in order.</param>
    /// <param name="isCut">Whether more may come after the last one.</param>
    /// <returns>The first arrival that was not come to, and whether everything here had ended before.</returns>
    public (long Reached, bool IsFinished) Take(IReadOnlyList<Slice> slices, bool isCut)
    {
        lock (_lock)
        {
            var taken = _pump.Update(slices, isCut);
            _changed.Set();
            return taken;
        }
    }

    /// <summary>Lets arrivals begin for so long from now.</summary>
    public void Renew(TimeSpan remaining)
    {
        lock (_lock)
        {
            var now = _clock.Now;
            _pump.Renew(now + remaining, now);
            _changed.Set();
        }
    }

    /// <summary>Lets nothing more begin. What is in progress may end; connections that are held open are closed.</summary>
    public void Stop()
    {
        lock (_lock)
        {
            _pump.Stop();
            _changed.Set();
        }

        _holding.Cancel();
    }

    /// <summary>Takes the next arrival for a connection whose handshake has ended, or keeps the connection until there is one.</summary>
    public bool TryTakeNext(ConnectionSlot slot, out Arrival arrival)
    {
        lock (_lock)
        {
            if (_pump.IsClosedLoad && !_disposed && _pump.TryTakeNext(_clock.Now, out arrival))
            {
                return true;
            }

            arrival = default;
            _inFlight--;
            if (_disposed)
            {
                slot.Dispose();
            }
            else
            {
                _free.Push(slot);
                TellIfDrained();
            }

            return false;
        }
    }

    /// <summary>A connection rests after failures, or does not any more.</summary>
    public void Rest(bool rests)
    {
        lock (_lock)
        {
            _resting += rests ? 1 : -1;
        }
    }

    /// <summary>The load cannot go on.</summary>
    public void Fail(Exception error) => _owner.LoadFailed(error);

    /// <summary>Ends everything at once, handshakes too.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            if (_disposed)
            {
                return;
            }

            _disposed = true;
            _pump.Stop();
            while (_free.TryPop(out var slot))
            {
                slot.Dispose();
            }
        }

        _changed.Set();
        _holding.Cancel();
        _cancellation.Cancel();
        _thread.Join();
        _changed.Dispose();
    }

    private void Run()
    {
        try
        {
            while (ReleaseDue() is { } wait)
            {
                if (wait > TimeSpan.Zero)
                {
                    // Rounded up: waking early would only mean to look again.
                    _changed.WaitOne((int)Math.Ceiling(wait.TotalMilliseconds));
                }
            }
        }
        catch (Exception error)
        {
            // Whatever it is, arrivals are not released any more: the worker has to say so.
            Fail(error);
        }
    }

    // How long until the next look; null for none.
    private TimeSpan? ReleaseDue()
    {
        lock (_lock)
        {
            if (_disposed)
            {
                return null;
            }

            if (_pump.IsClosedLoad)
            {
                while (_pump.TryOpen(_clock.Now, out var arrival))
                {
                    Begin(arrival);
                }
            }
            else
            {
                while (_pump.TryTakeDue(_clock.Now, out var arrival))
                {
                    if (_pump.IsPast(arrival) || _inFlight >= _pump.Connections)
                    {
                        _records.Dropped(arrival);
                    }
                    else
                    {
                        Begin(arrival);
                    }
                }
            }

            TellIfDrained();
            var next = _pump.IsClosedLoad && _clock.Now < TimeSpan.Zero ? -_clock.Now : _pump.NextDue - _clock.Now ?? LookAtLeastEvery;
            return next < LookAtLeastEvery ? next : LookAtLeastEvery;
        }
    }

    // The connection used last is taken first: its buffers are still in the caches.
    private void Begin(Arrival arrival)
    {
        _inFlight++;
        var slot = _free.TryPop(out var free) ? free : new ConnectionSlot(this, _engine.CreateClient(), _clock, _records, _pump.IsClosedLoad, _cancellation.Token, _holding.Token);
        slot.Begin(arrival);
    }

    // Each connection records its last handshake before it says that it is free, so nothing comes later.
    private void TellIfDrained()
    {
        if (!_drained && _inFlight == 0 && _pump.TryFinish(_clock.Now))
        {
            _drained = true;
            _owner.Drained();
        }
    }
}

/// <summary>Is told how a load ends. Called from any thread; must not block.</summary>
internal interface IPacerOwner
{
    /// <summary>Everything has ended, and nothing more will begin. Called once.</summary>
    void Drained();

    /// <summary>The load cannot go on.</summary>
    void LoadFailed(Exception error);
}
