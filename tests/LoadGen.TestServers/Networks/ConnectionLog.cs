using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace LoadGen.TestServers.Networks;

/// <summary>
/// Who tried to connect to a port of a node, and when, whatever came of it. It reads copies of the segments that arrive, so
/// that nothing stands between client and server.
/// </summary>
public sealed class ConnectionLog : IAsyncDisposable
{
    private const int RoomForBursts = 8 * 1024 * 1024;

    private readonly Lock _gate = new();
    private readonly List<ConnectionAttempt> _attempts = [];
    private readonly CancellationTokenSource _stopping = new();
    private readonly Socket _socket;
    private readonly int _port;
    private readonly Task _reading;

    private ConnectionLog(Socket socket, int port)
    {
        _socket = socket;
        _port = port;
        _reading = ReadAsync();
    }

    /// <summary>Every attempt up to now, in order.</summary>
    public IReadOnlyList<ConnectionAttempt> Attempts
    {
        get
        {
            lock (_gate)
            {
                return [.. _attempts];
            }
        }
    }

    /// <summary>Begins to read in a namespace.</summary>
    public static ConnectionLog Of(NodeNamespace node, int port) => new(node.Within(OpenSocket), port);

    /// <summary>The attempts from an address, in order.</summary>
    public IReadOnlyList<ConnectionAttempt> From(IPAddress source) => [.. Attempts.Where(attempt => attempt.Source.Equals(source))];

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _reading;
        _socket.Dispose();
        _stopping.Dispose();
    }

    private static Socket OpenSocket()
        => new(AddressFamily.InterNetwork, SocketType.Raw, ProtocolType.Tcp) { ReceiveBufferSize = RoomForBursts };

    private async Task ReadAsync()
    {
        var buffer = new byte[64 * 1024];
        try
        {
            while (true)
            {
                var length = await _socket.ReceiveAsync(buffer, _stopping.Token);
                Read(buffer.AsSpan(0, length), Stopwatch.GetTimestamp());
            }
        }
        catch (OperationCanceledException)
        {
            // The test is over.
        }
    }

    // RFC 791 section 3.1, then RFC 9293 section 3.1: a connection begins with SYN and no ACK.
    private void Read(ReadOnlySpan<byte> packet, long at)
    {
        const int syn = 0x02, ack = 0x10;
        var segment = packet[((packet[0] & 0x0F) * 4)..];
        if (BinaryPrimitives.ReadUInt16BigEndian(segment[2..]) != _port || (segment[13] & (syn | ack)) != syn)
        {
            return;
        }

        lock (_gate)
        {
            _attempts.Add(new ConnectionAttempt(new IPAddress(packet.Slice(12, 4)), at));
        }
    }
}
