namespace LoadGen.TargetServer;

/// <summary>The counters while connections count on them, from any thread.</summary>
internal sealed class LiveCounters
{
    private long _started;
    private long _full;
    private long _resumed;
    private long _failed;
    private long _broken;
    private long _acceptErrors;
    private volatile string? _latestError;

    public string? LatestError => _latestError;

    public void Started() => Interlocked.Increment(ref _started);

    public void Completed(HandshakeForm form)
    {
        switch (form)
        {
            case HandshakeForm.Full:
                Interlocked.Increment(ref _full);
                break;
            case HandshakeForm.Resumed:
                Interlocked.Increment(ref _resumed);
                break;
            default:
                // The TLS library completed a handshake in which we saw no ServerHello: an internal error.
                throw new InvalidOperationException("A handshake completed without a ServerHello seen on the wire.");
        }
    }

    public void Failed(Exception error)
    {
        Interlocked.Increment(ref _failed);
        Remember(error);
    }

    public void Broken(Exception error)
    {
        Interlocked.Increment(ref _broken);
        Remember(error);
    }

    public void AcceptFailed(Exception error)
    {
        Interlocked.Increment(ref _acceptErrors);
        Remember(error);
    }

    // A handshake is started before it is ended, so reading the ends first never shows more ends than starts.
    public TargetCounters Snapshot()
    {
        var full = Interlocked.Read(ref _full);
        var resumed = Interlocked.Read(ref _resumed);
        var failed = Interlocked.Read(ref _failed);
        var broken = Interlocked.Read(ref _broken);
        var acceptErrors = Interlocked.Read(ref _acceptErrors);
        return new TargetCounters(Interlocked.Read(ref _started), full, resumed, failed, broken, acceptErrors);
    }

    private void Remember(Exception error)
        => _latestError = error.InnerException is { } cause ? $"{error.Message} ({cause.Message})" : error.Message;
}

/// <summary>
/// What a <see cref="BuiltInTarget"/> has counted since its start. Once no handshake is in progress,
/// <c>Started = Full + Resumed + Failed</c>.
/// </summary>
/// <param name="Started">Handshakes begun: connections on which at least one byte arrived.</param>
/// <param name="Full">Full handshakes whose client Finished was verified.</param>
/// <param name="Resumed">Resumed handshakes whose client Finished was verified.</param>
/// <param name="Failed">Handshakes that ended before that, for whatever reason: garbage, an alert, a reset, a timeout, a stop.</param>
/// <param name="Broken">
/// Connections that broke after their handshake in another way than by their end, a reset, a timeout or a stop.
/// </param>
/// <param name="AcceptErrors">Attempts to accept a connection that failed, as when the process may open no more files.</param>
public readonly record struct TargetCounters(long Started, long Full, long Resumed, long Failed, long Broken, long AcceptErrors)
{
    /// <summary>Handshakes whose client Finished was verified, full and resumed.</summary>
    public long Completed => Full + Resumed;
}
