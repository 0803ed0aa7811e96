using System.Collections.Concurrent;
using LoadGen.Core.Handshakes;
using LoadGen.Core.Tallies;

namespace LoadGen.Cluster.Worker;

/// <summary>What ends on a worker, until its tally takes it in its own time: no handshake wakes another thread. Safe for concurrent use.</summary>
internal sealed class LoadRecords(IHandshakeEngine engine)
{
    private readonly ConcurrentQueue<Sample> _samples = new();
    private readonly ConcurrentQueue<Arrival> _dropped = new();
    private readonly ConcurrentQueue<HeldConnection> _held = new();
    private long _restedTicks;

    public void Ended(Sample sample) => _samples.Enqueue(sample);

    public void Dropped(Arrival arrival) => _dropped.Enqueue(arrival);

    public void Held(HeldConnection held) => _held.Enqueue(held);

    public void Rested(TimeSpan time) => Interlocked.Add(ref _restedTicks, time.Ticks);

    /// <summary>Puts everything that has ended into a tally.</summary>
    public void MoveTo(Tally tally)
    {
        while (_samples.TryDequeue(out var sample))
        {
            tally.Record(sample);
        }

        while (_dropped.TryDequeue(out var dropped))
        {
            tally.RecordDropped(dropped.Planned, dropped.Target, dropped.Profile);
        }

        while (_held.TryDequeue(out var held))
        {
            tally.RecordHeld(held);
        }

        tally.RecordPriming(engine.TakePriming());
        tally.RecordRest(new TimeSpan(Interlocked.Exchange(ref _restedTicks, 0)));
    }
}

/// <summary>One connection slot: runs handshakes one after another on the thread pool, and keeps its client, with its buffers, for all of them.</summary>
internal sealed class ConnectionSlot(
    Pacer pacer,
    IHandshakeClient client,
    RunClock clock,
    LoadRecords records,
    bool isClosedLoad,
    CancellationToken cancellation,
    CancellationToken holding) : IThreadPoolWorkItem, IDisposable
{
    /// <summary>Failures in a row make a connection of a closed load wait, or a port that refuses would be asked without end.</summary>
    private static readonly TimeSpan FirstRest = TimeSpan.FromMilliseconds(10);

    private static readonly TimeSpan LongestRest = TimeSpan.FromSeconds(1);

    private Arrival _arrival;
    private int _failuresInARow;

    /// <summary>Begins the handshake of an arrival. The pacer gives one only to a slot that is free.</summary>
    public void Begin(Arrival arrival)
    {
        _arrival = arrival;
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    void IThreadPoolWorkItem.Execute() => _ = RunAsync();

    public void Dispose() => client.Dispose();

    private async Task RunAsync()
    {
        try
        {
            var arrival = _arrival;
            do
            {
                await HandshakeAsync(arrival).ConfigureAwait(false);
            }
            while (pacer.TryTakeNext(this, out arrival));
        }
        catch (Exception error)
        {
            // Nothing above this would see it, and the slot would be busy for ever.
            pacer.Fail(error);
        }
    }

    private async ValueTask HandshakeAsync(Arrival arrival)
    {
        var started = clock.Now;
        Outcome outcome;
        try
        {
            outcome = await client.HandshakeAsync(arrival.Target, arrival.Profile, cancellation).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            // Clients turn every failure of network, server or cancellation into an outcome; what they throw is a bug of this program,
            // and costs one handshake.
            outcome = Outcome.Failed(
                new Failure(FailureKind.InternalError, Phase.TcpConnect, FaultSide.Generator, null, $"{error.GetType().Name}: {error.Message}"),
                clock.Now - started,
                default);
        }

        records.Ended(new Sample(arrival.Index, arrival.Target, arrival.Profile, arrival.Planned, started, started + outcome.Elapsed, outcome));
        if (await client.HoldAsync(holding).ConfigureAwait(false) is { } held)
        {
            records.Held(held);
        }

        _failuresInARow = outcome.Failure is null ? 0 : _failuresInARow + 1;
        if (isClosedLoad && _failuresInARow > 0)
        {
            await RestAsync(outcome.Elapsed).ConfigureAwait(false);
        }
    }

    // A failure that took its time is wait enough.
    private async ValueTask RestAsync(TimeSpan failedAfter)
    {
        var rest = FirstRest * Math.Pow(2, Math.Min(_failuresInARow - 1, 10));
        var remaining = (rest < LongestRest ? rest : LongestRest) - failedAfter;
        if (remaining <= TimeSpan.Zero)
        {
            return;
        }

        pacer.Rest(true);
        var began = clock.Now;
        await Task.Delay(remaining, holding).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        records.Rested(clock.Now - began);
        pacer.Rest(false);
    }
}
