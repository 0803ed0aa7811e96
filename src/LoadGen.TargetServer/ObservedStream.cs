using System.Net.Sockets;

namespace LoadGen.TargetServer;

/// <summary>
/// The server's end of a connection as SslStream sees it: passes bytes on, and watches what the server sends.
/// </summary>
/// <remarks>
/// A peer's reset is given to the TLS library as the end of the stream. Load generators close by reset, often right after
/// they sent their Finished: what came before the reset can still be read, and nothing that we then write says anything
/// about it. So a write into a reset connection is let go, and the next read tells: first what the peer had sent, then the
/// end.
/// </remarks>
internal sealed class ObservedStream(Socket socket, LiveCounters counters) : Stream
{
    private readonly ServerFlight _flight = new();
    private bool _heard;

    /// <summary>What the server's bytes have told of the handshake.</summary>
    public HandshakeForm Form => _flight.Form;

    /// <summary>Whether anything came from the client.</summary>
    public bool Heard => _heard;

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            var count = await socket.ReceiveAsync(buffer, cancellationToken);
            if (count > 0 && !_heard)
            {
                _heard = true;
                counters.Started();
            }

            return count;
        }
        catch (SocketException error) when (IsReset(error))
        {
            return 0;
        }
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        _flight.Observe(buffer.Span);
        try
        {
            while (buffer.Length > 0)
            {
                buffer = buffer[await socket.SendAsync(buffer, cancellationToken)..];
            }
        }
        catch (SocketException error) when (IsReset(error))
        {
            // The next read tells.
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
        => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
        => WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Only asynchronous reads are used.");

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("Only asynchronous writes are used.");

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            socket.Dispose();
        }

        base.Dispose(disposing);
    }

    // A send after the peer's reset is a broken pipe, which .NET calls Shutdown.
    private static bool IsReset(SocketException error)
        => error.SocketErrorCode is SocketError.ConnectionReset or SocketError.ConnectionAborted or SocketError.Shutdown;
}
