using System.Buffers;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;

namespace LoadGen.TargetServer;

/// <summary>
/// One accepted connection: its handshake, then HTTP GETs until the client ends it. A close_notify is answered with one.
/// </summary>
internal sealed class Connection(
    Socket socket,
    SslServerAuthenticationOptions tlsOptions,
    BuiltInTargetOptions options,
    LiveCounters counters)
{
    private const int MaxRequestBytes = 8192;

    private static readonly byte[] Response =
        "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 3\r\n\r\nok\n"u8.ToArray();

    /// <summary>Serves the connection to its end. Never throws: what went wrong is counted.</summary>
    /// <param name="stopping">Ends the connection if its handshake has ended.</param>
    /// <param name="aborting">Ends it in any case.</param>
    public async Task ServeAsync(CancellationToken stopping, CancellationToken aborting)
    {
        await using var wire = new ObservedStream(socket, counters);
        await using var tls = new SslStream(wire, leaveInnerStreamOpen: true);
        if (await TryHandshakeAsync(tls, wire, aborting))
        {
            await AnswerAsync(tls, stopping);
        }
    }

    private async Task<bool> TryHandshakeAsync(SslStream tls, ObservedStream wire, CancellationToken aborting)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(aborting);
        deadline.CancelAfter(options.HandshakeTimeout);
        try
        {
            socket.NoDelay = true;
            // Returns once the client's Finished was verified.
            await tls.AuthenticateAsServerAsync(tlsOptions, deadline.Token);
            counters.Completed(wire.Form);
            return true;
        }
        catch (Exception error)
        {
            // A connection on which nothing came, such as a probe of the port, is no handshake.
            if (wire.Heard)
            {
                counters.Failed(error);
            }

            return false;
        }
    }

    private async Task AnswerAsync(SslStream tls, CancellationToken stopping)
    {
        using var idle = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var buffer = ArrayPool<byte>.Shared.Rent(MaxRequestBytes);
        try
        {
            await AnswerAsync(tls, buffer, idle);
            await tls.ShutdownAsync();
        }
        catch (OperationCanceledException) when (idle.IsCancellationRequested)
        {
            // Silent for too long, or the server stops: both end a connection as planned.
        }
        catch (Exception error)
        {
            counters.Broken(error);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private async Task AnswerAsync(SslStream tls, byte[] buffer, CancellationTokenSource idle)
    {
        var length = 0;
        while (length < MaxRequestBytes)
        {
            idle.CancelAfter(options.IdleTimeout);
            var count = await tls.ReadAsync(buffer.AsMemory(length, MaxRequestBytes - length), idle.Token);
            if (count == 0)
            {
                return;
            }

            length += count;
            while (TryTakeRequest(buffer, ref length, out var wantsClose))
            {
                await tls.WriteAsync(Response, idle.Token);
                if (wantsClose)
                {
                    return;
                }
            }
        }
    }

    /// <summary>Takes one request without a body off the front of the buffer.</summary>
    private static bool TryTakeRequest(byte[] buffer, ref int length, out bool wantsClose)
    {
        wantsClose = false;
        var received = buffer.AsSpan(0, length);
        var end = received.IndexOf("\r\n\r\n"u8);
        if (end < 0)
        {
            return false;
        }

        // Connections persist from HTTP/1.1 on, unless the request says otherwise (RFC 9112 section 9.3).
        var lines = Encoding.ASCII.GetString(received[..end]).Split("\r\n");
        wantsClose = lines[0].EndsWith("HTTP/1.0", StringComparison.Ordinal)
            || lines.Contains("Connection: close", StringComparer.OrdinalIgnoreCase);
        length -= end + 4;
        received.Slice(end + 4, length).CopyTo(received);
        return true;
    }
}
