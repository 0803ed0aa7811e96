using System.Net.Sockets;
using LoadGen.Core;
using LoadGen.Core.Handshakes;
using LoadGen.Core.Plans;

namespace LoadGen.Tls.Dialling;

/// <summary>
/// Records the phase times and the failure of the handshake in progress. One instance serves a connection slot for all its
/// handshakes, one after another.
/// </summary>
internal sealed class Attempt(TimeProvider clock) : IDisposable
{
    private CancellationTokenSource _deadline = new();
    private CancellationTokenRegistration _registration;
    private CancellationToken _cancellation;
    private PhaseDurations _phases;
    private string _target = "";
    private Endpoint? _address;
    private List<PassedOver>? _passedOver;
    private long _began;
    private long _helloSent;
    private long _lastMark;

    /// <summary>Cancelled when a deadline passes or the run is stopped.</summary>
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
        (_target, _address, _passedOver) = ("", null, null);
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

    /// <summary>Gives the next steps this long, counted from now.</summary>
    public void StartDeadline(TimeSpan within) => _deadline.CancelAfter(within);

    /// <summary>A phase ends now.</summary>
    public void Mark(Phase phase) => Mark(phase, clock.GetTimestamp());

    /// <summary>A phase ended at a time stamp, but not before the one before it: what came with earlier bytes took no time.</summary>
    public void Mark(Phase phase, long timestamp)
    {
        timestamp = Math.Max(timestamp, _lastMark);
        _phases[phase] = clock.GetElapsedTime(_lastMark, timestamp);
        _lastMark = timestamp;
        Current = phase switch
        {
            Phase.Dns => Phase.TcpConnect,
            // A tunnel and a dialogue before TLS are expected only where there is one.
            Phase.TcpConnect or Phase.ProxyConnect or Phase.StartTls => Phase.ClientHello,
            Phase.ClientHello => Phase.ServerHello,
            Phase.ServerHello => Phase.ServerFlight,
            Phase.ServerFlight => Phase.ClientFinished,
            Phase.FirstResponse => Phase.FirstResponse,
            // It is the last one unless an answer is expected.
            _ => Phase.ServerConfirmed,
        };
    }

    /// <summary>ClientHello is about to be sent: the handshake begins.</summary>
    public void MarkHello()
    {
        Mark(Phase.ClientHello);
        _helloSent = _lastMark;
    }

    /// <summary>Says whom the handshake is with, for the text of a failure; the address as soon as it is known.</summary>
    public void With(string target, Endpoint? address = null) => (_target, _address) = (target, address);

    /// <summary>Notes an address that did not answer, so that another one is tried.</summary>
    public void PassOver(PassedOver address) => (_passedOver ??= []).Add(address);

    /// <summary>Says which phase comes next, where it is not the usual one.</summary>
    public void Expect(Phase phase) => Current = phase;

    public void Fail(FailureKind kind, FaultSide side, string detail, string? alert = null) => Failure ??= new Failure(
        kind, Current, side, alert, _address is not null ? $"{_target} ({_address}): {detail}" : _target.Length > 0 ? $"{_target}: {detail}" : detail);

    /// <summary>
    /// Turns an exception into the failure: a socket error or a passed deadline, otherwise an internal error, which costs one
    /// handshake and nothing else.
    /// </summary>
    public void Fail(Exception error)
    {
        switch (error)
        {
            case SocketException socketError:
                var (kind, side) = SocketFailures.Classify(socketError.SocketErrorCode, Current);
                Fail(kind, side, SocketFailures.Explain(socketError));
                break;
            case OperationCanceledException when _deadline.IsCancellationRequested:
                FailByDeadline();
                break;
            default:
                Fail(FailureKind.InternalError, FaultSide.Generator, $"{error.GetType().Name}: {error.Message}");
                break;
        }
    }

    /// <summary>Whether the deadline passed while the client was busy; the handshake has then failed by the client's own fault, or was cancelled.</summary>
    /// <param name="why">One sentence for people.</param>
    public bool IsTooLate(string why = "the client took too long to check what the server sent")
    {
        if (!_deadline.IsCancellationRequested)
        {
            return false;
        }

        if (_cancellation.IsCancellationRequested)
        {
            FailByDeadline();
        }
        else
        {
            Fail(FailureKind.HandshakeTimeout, FaultSide.Client, why);
        }

        return true;
    }

    /// <summary>The outcome of a handshake that has failed.</summary>
    public Outcome Failed(CertificateSummary? certificate = null) => Told(Outcome.Failed(Failure!, clock.GetElapsedTime(_began), _phases, certificate, _address?.ToString()));

    /// <summary>The outcome of a handshake that has come to the point where it is stopped.</summary>
    public Outcome Stopped(StopAfter after, CertificateSummary? certificate = null)
        => Told(Outcome.Stopped(after, clock.GetElapsedTime(_began), _phases, certificate, _address?.ToString()));

    /// <summary>The outcome of a handshake that has completed, with the end of its last phase.</summary>
    /// <param name="negotiated">What was negotiated.</param>
    /// <param name="certificate">The certificate that the server sent.</param>
    /// <param name="wire">What it cost on the network.</param>
    public Outcome Completed(Negotiated negotiated, CertificateSummary? certificate, in WireCost wire)
        => CompletedAt(_lastMark, negotiated, certificate, wire);

    /// <summary>The outcome of a handshake that completed at a time stamp, where its last phase is not seen.</summary>
    public Outcome CompletedAt(long timestamp, Negotiated negotiated, CertificateSummary? certificate, in WireCost wire) => Told(Outcome.Completed(
        negotiated, clock.GetElapsedTime(_began, timestamp), clock.GetElapsedTime(_helloSent, timestamp), _phases, certificate, _address?.ToString(), wire));

    public void Dispose() => _deadline.Dispose();

    private Outcome Told(Outcome outcome) => _passedOver is null ? outcome : outcome with { PassedOver = _passedOver };

    /// <summary>Tells a passed deadline from a stopped run.</summary>
    private void FailByDeadline()
    {
        if (_cancellation.IsCancellationRequested)
        {
            Fail(FailureKind.Cancelled, FaultSide.Client, "the run was stopped");
        }
        else if (Current == Phase.Dns)
        {
            Fail(FailureKind.DnsFailure, FaultSide.Network, "timed out waiting for the name to resolve");
        }
        else if (Current == Phase.TcpConnect)
        {
            Fail(FailureKind.ConnectTimeout, FaultSide.Network, "timed out connecting");
        }
        else if (Current == Phase.ClientHello)
        {
            Fail(FailureKind.HandshakeTimeout, FaultSide.Client, "the client took too long to send its ClientHello");
        }
        else
        {
            Fail(FailureKind.HandshakeTimeout, Current == Phase.ProxyConnect ? FaultSide.Network : FaultSide.Server, $"timed out waiting for {Current.Name()}");
        }
    }

    /// <summary>Ends a handshake: stops its deadline and unregisters from the run's cancellation.</summary>
    public readonly struct Ending(Attempt attempt) : IDisposable
    {
        public void Dispose()
        {
            attempt._deadline.CancelAfter(Timeout.InfiniteTimeSpan);
            attempt._registration.Dispose();
        }
    }
}

/// <summary>Maps socket errors to failure kinds; the phase tells whether the connection was already established.</summary>
internal static class SocketFailures
{
    /// <summary>The kind and the side at fault.</summary>
    public static (FailureKind Kind, FaultSide Side) Classify(SocketError error, Phase phase) => error switch
    {
        SocketError.ConnectionRefused => (FailureKind.ConnectionRefused, FaultSide.Server),
        SocketError.TimedOut when phase <= Phase.TcpConnect => (FailureKind.ConnectTimeout, FaultSide.Network),
        SocketError.TimedOut => (FailureKind.HandshakeTimeout, FaultSide.Network),
        SocketError.NetworkUnreachable or SocketError.HostUnreachable or SocketError.NetworkDown or SocketError.HostDown
            => (FailureKind.Unreachable, FaultSide.Network),
        // A write to a connection that the peer has reset comes back as a broken pipe, which .NET calls Shutdown.
        SocketError.ConnectionReset or SocketError.ConnectionAborted or SocketError.Shutdown
            => (FailureKind.ConnectionReset, phase == Phase.ProxyConnect ? FaultSide.Network : FaultSide.Server),
        SocketError.AddressNotAvailable or SocketError.AddressAlreadyInUse => (FailureKind.PortsExhausted, FaultSide.Generator),
        SocketError.TooManyOpenSockets or SocketError.NoBufferSpaceAvailable => (FailureKind.FilesExhausted, FaultSide.Generator),
        SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain or SocketError.NoRecovery
            => (FailureKind.DnsFailure, FaultSide.Network),
        SocketError.AccessDenied => (FailureKind.Unreachable, FaultSide.Network),
        _ => (FailureKind.InternalError, FaultSide.Generator),
    };

    /// <summary>The system's message as part of a sentence.</summary>
    public static string Explain(SocketException error)
        => error.Message is [var first, var second, ..] && char.IsLower(second) ? $"{char.ToLowerInvariant(first)}{error.Message[1..]}" : error.Message;
}
