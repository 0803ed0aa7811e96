using System.Net.Sockets;
using LoadGen.Core;
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

    /// <summary>Begins a handshake, which ends when the returned value is disposed.</summary>
    public Ending Begin(CancellationToken cancellation)
    {
        _phases = default;
        Failure = null;
        Current = Phase.TcpConnect;
        _cancellation = cancellation;
        if (!_deadline.TryReset())
        {
            _deadline.Dispose();
            _deadline = new CancellationTokenSource();
        }

        _registration = cancellation.UnsafeRegister(static state => ((CancellationTokenSource)state!).Cancel(), _deadline);
        _lastMark = _began = clock.GetTimestamp();
        return new Ending(this);
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
            Phase.StartTls => Phase.ServerHello,
            Phase.ServerHello => Phase.ServerFlight,
            Phase.ServerFlight => Phase.ClientFinished,
            // Nothing comes after the last one.
            _ => Phase.ServerConfirmed,
        };
    }

    /// <summary>Says which phase comes next, where it is not the usual one.</summary>
    public void Expect(Phase phase) => Current = phase;

    /// <summary>The next phase begins now, without one having ended: ClientHello is about to be sent.</summary>
    public long Restart() => _lastMark = clock.GetTimestamp();

    public void Fail(Failure failure) => Failure ??= failure;

    public void Fail(FailureKind kind, FaultSide side, string detail, string? alert = null)
        => Failure ??= new Failure(kind, Current, side, alert, detail);

    /// <summary>
    /// An exception ended it: what the network or a deadline did, or else an error of ours, which is one failed handshake and
    /// no more.
    /// </summary>
    public void Fail(Exception error)
    {
        switch (error)
        {
            case SocketException socketError:
                Fail(SocketFailures.ToFailure(socketError, Current));
                break;
            case OperationCanceledException when _deadline.IsCancellationRequested:
                FailByDeadline();
                break;
            default:
                Fail(FailureKind.InternalError, FaultSide.Generator, $"{error.GetType().Name}: {error.Message}");
                break;
        }
    }

    /// <summary>The outcome of a handshake that has failed, and is known now.</summary>
    public Outcome Failed(CertificateSummary? certificate = null) => Outcome.Failed(Failure!, clock.GetElapsedTime(_began), _phases, certificate);

    /// <summary>The outcome of a handshake that is complete now.</summary>
    /// <param name="negotiated">What was negotiated.</param>
    /// <param name="began">When its ClientHello was about to be sent, as <see cref="Restart"/> told.</param>
    /// <param name="certificate">The certificate that the server showed.</param>
    public Outcome Completed(Negotiated negotiated, long began, CertificateSummary? certificate)
    {
        var now = clock.GetTimestamp();
        return Outcome.Completed(negotiated, clock.GetElapsedTime(_began, now), clock.GetElapsedTime(began, now), _phases, certificate);
    }

    public void Dispose() => _deadline.Dispose();

    /// <summary>The deadline has passed or the run was stopped: says which.</summary>
    private void FailByDeadline()
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

    /// <summary>Ends a handshake: no deadline may fire any more, and the run's stop does not reach it.</summary>
    public readonly struct Ending(Attempt attempt) : IDisposable
    {
        public void Dispose()
        {
            attempt._deadline.CancelAfter(Timeout.InfiniteTimeSpan);
            attempt._registration.Dispose();
        }
    }
}
