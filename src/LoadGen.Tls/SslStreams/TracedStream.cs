using LoadGen.Core.Handshakes;
using LoadGen.Tls.Dialling;

namespace LoadGen.Tls.SslStreams;

/// <summary>
/// The connection under an <see cref="System.Net.Security.SslStream"/>, which says nothing of its progress: the records that pass tell
/// which phase a failure ends. Only that: when a message arrived and when it was accepted cannot be told apart here.
/// </summary>
internal sealed class TracedStream(Stream connection, Attempt attempt, WireMeter wire) : Stream
{
    private const byte Handshake = 22;
    private const byte ApplicationData = 23;

    /// <summary>An alert in a TLS 1.3 record takes 19 bytes (two, the type, the tag), our Finished more than 50.</summary>
    private const int LongestAlert = 32;

    // Type, length, version, random.
    private readonly byte[] _head = new byte[38];
    private RecordFrames _incoming;
    private int _headBytes;
    private int _messageLeft;
    private bool _isDone;

    /// <summary>Whether the server sent a HelloRetryRequest.</summary>
    public bool IsRetried { get; private set; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var count = await connection.ReadAsync(buffer, cancellationToken);
        wire.Received(count);
        Receive(buffer.Span[..count]);
        return count;
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (attempt.Current == Phase.ClientHello)
        {
            attempt.MarkHello();
        }

        wire.Sent(buffer.Span);
        await connection.WriteAsync(buffer, cancellationToken);
        Send(buffer.Span);
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => connection.FlushAsync(cancellationToken);

    public override void Flush() => connection.Flush();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            connection.Dispose();
        }

        base.Dispose(disposing);
    }

    // Up to ServerHello, everything is in plain text.
    private void Receive(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty && !_isDone && attempt.Current == Phase.ServerHello)
        {
            var (taken, content) = _incoming.Take(bytes);
            _isDone = _incoming.HasHeader && _incoming.MajorVersion != 3;
            if (!_isDone && content > 0 && _incoming.Type == Handshake)
            {
                Receive(bytes[(taken - content)..taken], attempt);
            }

            bytes = bytes[taken..];
        }
    }

    private void Receive(ReadOnlySpan<byte> messages, Attempt progress)
    {
        foreach (var one in messages)
        {
            if (_headBytes < _head.Length)
            {
                _head[_headBytes++] = one;
            }

            if (_headBytes == 4 && _messageLeft == 0)
            {
                const byte ServerHello = 2;
                _messageLeft = (_head[1] << 16) | (_head[2] << 8) | _head[3];
                if (_isDone = _head[0] != ServerHello)
                {
                    return;
                }
            }
            else if (_headBytes > 4 && --_messageLeft == 0)
            {
                if (!HelloRetry.Is(_head.AsSpan(4)))
                {
                    progress.Expect(Phase.ServerFlight);
                    return;
                }

                (_headBytes, IsRetried) = (0, true);
            }
        }
    }

    private void Send(ReadOnlySpan<byte> bytes)
    {
        var records = default(RecordFrames);
        while (!bytes.IsEmpty && attempt.Current == Phase.ServerFlight)
        {
            bytes = bytes[records.Take(bytes).Taken..];
            if (records.Type == Handshake || (records.Type == ApplicationData && records.Length > LongestAlert))
            {
                attempt.Expect(Phase.ServerConfirmed);
            }
        }
    }
}
