using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using LoadGen.Core;
using LoadGen.Core.Handshakes;

namespace LoadGen.TargetServer;

/// <summary>
/// A small TLS server on a certificate of its own: what is loaded when no target is named, and what calibration and tests
/// run against. It counts full and resumed handshakes from what it sent on the wire, not from what the TLS library says.
/// </summary>
public sealed class BuiltInTarget : IAsyncDisposable
{
    // There is no event for a file that is closed by a process with too many open, so accepting is retried by the clock.
    private static readonly TimeSpan AcceptRetryDelay = TimeSpan.FromMilliseconds(20);

    private readonly BuiltInTargetOptions _options;
    private readonly Socket _listener;
    private readonly ServerIdentity _identity;
    private readonly SslServerAuthenticationOptions _tlsOptions;
    private readonly LiveCounters _counters = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly CancellationTokenSource _aborting = new();
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _accepting;

    // The open connections, and one for the accept loop.
    private long _open = 1;
    private bool _disposed;

    private BuiltInTarget(BuiltInTargetOptions options, Socket listener)
    {
        _options = options;
        _listener = listener;
        _identity = ServerIdentity.Create(options.Key);
        _tlsOptions = new SslServerAuthenticationOptions
        {
            ServerCertificateContext = _identity.Context,
            EnabledSslProtocols = options.TlsVersions.Aggregate(SslProtocols.None, (all, version) => all | ProtocolOf(version)),
            AllowTlsResume = options.AllowResumption,
            AllowRenegotiation = false,
            CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
        };
        EndPoint = (IPEndPoint)listener.LocalEndPoint!;
        _accepting = Task.Run(AcceptAsync);
    }

    /// <summary>Where it listens, with the port that the system picked.</summary>
    public IPEndPoint EndPoint { get; }

    /// <summary>The authority that signed its certificate, in PEM: what a client must trust. Made at the start, never stored.</summary>
    public string Authority => _identity.Authority;

    /// <summary>The counts up to now.</summary>
    public TargetCounters Counters => _counters.Snapshot();

    /// <summary>One sentence on the latest error that was counted; <see langword="null"/> if there was none.</summary>
    public string? LatestError => _counters.LatestError;

    /// <summary>Makes a certificate, listens and begins to accept.</summary>
    /// <exception cref="ArgumentException">A timeout is not above zero, or the versions are none of TLS 1.2 and 1.3.</exception>
    /// <exception cref="SocketException">The address cannot be listened on, as when another process does.</exception>
    public static BuiltInTarget Start(BuiltInTargetOptions? options = null)
    {
        options ??= new BuiltInTargetOptions();
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(options.HandshakeTimeout, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(options.IdleTimeout, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfZero(options.TlsVersions.Count);

        var listener = new Socket(options.Listen.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            listener.Bind(options.Listen);
            // As long a queue as the system allows: a load generator opens many connections at one moment.
            listener.Listen(int.MaxValue);
            return new BuiltInTarget(options, listener);
        }
        catch
        {
            listener.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Stops accepting, ends the connections whose handshakes are over and waits for the handshakes in progress, each of
    /// them bounded by its timeout.
    /// </summary>
    /// <param name="cancellation">Ends the handshakes in progress too; they count as failed.</param>
    /// <returns>The final counts.</returns>
    public async Task<TargetCounters> StopAsync(CancellationToken cancellation = default)
    {
        if (!_stopping.IsCancellationRequested)
        {
            await _stopping.CancelAsync();
        }

        await using (cancellation.Register(_aborting.Cancel))
        {
            await _accepting;
            await _drained.Task;
        }

        return Counters;
    }

    /// <summary>Stops at once: handshakes in progress are ended.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, true))
        {
            return;
        }

        await StopAsync(new CancellationToken(canceled: true));
        _identity.Dispose();
        _stopping.Dispose();
        _aborting.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                await AcceptNextAsync();
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            _listener.Dispose();
            Release();
        }
    }

    private async Task AcceptNextAsync()
    {
        Socket socket;
        try
        {
            socket = await _listener.AcceptAsync(_stopping.Token);
        }
        catch (SocketException error)
        {
            _counters.AcceptFailed(error);
            await Task.Delay(AcceptRetryDelay, _stopping.Token);
            return;
        }

        Interlocked.Increment(ref _open);
        // Off this loop: a connection's first step is computing, and the next one waits to be accepted.
        _ = Task.Run(() => ServeAsync(socket));
    }

    private async Task ServeAsync(Socket socket)
    {
        try
        {
            await new Connection(socket, _tlsOptions, _options, _counters).ServeAsync(_stopping.Token, _aborting.Token);
        }
        finally
        {
            Release();
        }
    }

    private void Release()
    {
        if (Interlocked.Decrement(ref _open) == 0)
        {
            _drained.SetResult();
        }
    }

#pragma warning disable CA5397 // The rule takes our enum, whose values are those of the wire, for the system's.
    private static SslProtocols ProtocolOf(TlsVersion version) => version switch
    {
        TlsVersion.Tls12 => SslProtocols.Tls12,
        TlsVersion.Tls13 => SslProtocols.Tls13,
        _ => throw new ArgumentException($"The built-in target speaks TLS 1.2 and 1.3, not {version.Name()}.", nameof(version)),
    };
#pragma warning restore CA5397
}
