using LoadGen.Core.Handshakes;

namespace LoadGen.Tls.Dialling;

/// <summary>
/// The times and the fate of one handshake while it is under way. One object serves a client for all its handshakes, one
/// after another.
/// </summary>
internal sealed class Attempt(TimeProvider clock) : IDisposable
{
    private CancellationTokenSource _deadline = new();
    private CancellationTokenRegistration _registration;
    private CancellationToken _cancellation;
    private PhaseDurations _phases;
    private long _began;
    private long _lastMark;

    /// <summary>Ends when a deadline passes or the run is stopped.</summary>
    public CancellationToken Deadline => _deadline.Token;

    /// <summary>Why it failed; <see langword="null"/> while it has not.</summary>
    public Failure? Failure { get; private set; }

    /// <summary>The first phase that has not ended.</summary>
    public Phase Current { get; private set; }

    /// <summary>The certificate that the server showed.</summary>
    public CertificateSummary? Certificate { get; set; }

    /// <summary>The phases that have ended.</summary>
    public PhaseDurations Phases => _phases;

    /// <summary>From the beginning to <see cref="Settle"/>.</summary>
    public TimeSpan Elapsed { get; private set; }

    /// <summary>Begins a handshake.</summary>
    public void Begin(CancellationToken cancellation)
    {
        _phases = default;
        Failure = null;
        Certificate = null;
        Current = Phase.TcpConnect;
        _cancellation = cancellation;
        if (!_deadline.TryReset())
        {
            _deadline.Dispose();
            _deadline = new CancellationTokenSource();
        }

        _registration = cancellation.UnsafeRegister(static state => ((CancellationTokenSource)state!).Cancel(), _deadline);
        Elapsed = TimeSpan.Zero;
        _lastMark = _began = clock.GetTimestamp();
    }

    /// <summary>Sets the time by which the next steps must be over, from now.</summary>
    public void StartDeadline(TimeSpan within) => _deadline.CancelAfter(within);

    /// <summary>A phase ends now.</summary>
    public void Mark(Phase phase) => Mark(phase, clock.GetTimestamp());

    /// <summary>A phase ended at a time stamp.</summary>
    public void Mark(Phase phase, long timestamp)
    {
        _phases[phase] = clock.GetElapsedTime(_lastMark, timestamp);
        _lastMark = timestamp;
        Current = phase switch
        {
            Phase.Dns => Phase.TcpConnect,
            // The dialogue before TLS is expected only where there is one.
            Phase.TcpConnect => Phase.ServerHello,
            _ => phase + 1,
        };
    }

    /// <summary>Says which phase comes next, where it is not the usual one.</summary>
    public void Expect(Phase phase) => Current = phase;

    /// <summary>The next phase begins now, without one having ended: ClientHello is about to be sent.</summary>
    public long Restart() => _lastMark = clock.GetTimestamp();

    public void Fail(Failure failure) => Failure ??= failure;

    public void Fail(FailureKind kind, FaultSide side, string detail, string? alert = null)
        => Failure ??= new Failure(kind, Current, side, alert, detail);

    /// <summary>The deadline has passed or the run was stopped: says which.</summary>
    public void FailByDeadline()
    {
        if (_cancellation.IsCancellationRequested)
        {
            Fail(FailureKind.Cancelled, FaultSide.Client, "the run was stopped");
        }
        else if (Current <= Phase.TcpConnect)
        {
            Fail(FailureKind.ConnectTimeout, FaultSide.Network, "no connection within the connect timeout");
        }
        else
        {
            Fail(FailureKind.HandshakeTimeout, FaultSide.Server, $"no end of {Current.Name()} within the handshake timeout");
        }
    }

    /// <summary>The outcome is known now.</summary>
    public void Settle() => Elapsed = clock.GetElapsedTime(_began);

    /// <summary>No deadline may fire any more.</summary>
    public void End()
    {
        _deadline.CancelAfter(Timeout.InfiniteTimeSpan);
        _registration.Dispose();
    }

    public void Dispose() => _deadline.Dispose();
}
