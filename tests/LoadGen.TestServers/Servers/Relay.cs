using System.Net;
using System.Net.Sockets;

namespace LoadGen.TestServers.Servers;

/// <summary>
/// Stands between one client and a server: passes the server's bytes on one at a time, each in its own segment, changes them where
/// it is told to, keeps what passed, and tells how the client closed.
/// </summary>
public sealed class Relay : IAsyncDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly CancellationTokenSource _stopping = new();
    private readonly (byte[] Sent, byte[] Instead)? _change;
    private readonly List<(bool FromClient, byte[] Bytes)> _passed = [];
    private readonly Task _relaying;

    private Relay(IPEndPoint server, (byte[], byte[])? change, int? segmentBytes = null)
    {
        _change = change;
        if (segmentBytes is { } most)
        {
            // TCP_MAXSEG (tcp(7)).
            _listener.SetRawSocketOption(6, 2, BitConverter.GetBytes(most));
        }

        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen(1);
        ClientClosed = new TaskCompletionSource<ClientClose>(TaskCreationOptions.RunContinuationsAsynchronously);
        _relaying = RelayAsync(server);
    }

    /// <summary>Where the client connects.</summary>
    public IPEndPoint EndPoint => (IPEndPoint)_listener.LocalEndPoint!;

    /// <summary>How the client closed, once it did.</summary>
    public Task<ClientClose> Closed => ClientClosed.Task;

    /// <summary>What was received of either side, in order.</summary>
    public IReadOnlyList<(bool FromClient, byte[] Bytes)> Passed
    {
        get
        {
            lock (_passed)
            {
                return [.. _passed];
            }
        }
    }

    private TaskCompletionSource<ClientClose> ClientClosed { get; }

    public static Relay To(IPEndPoint server) => new(server, null);

    /// <summary>Takes no segments from its client that are longer than this, which the client does neither.</summary>
    public static Relay To(IPEndPoint server, int segmentBytes) => new(server, null, segmentBytes);

    /// <summary>Passes other bytes of the same length on where the server sent certain ones at once.</summary>
    public static Relay To(IPEndPoint server, byte[] sent, byte[] instead) => new(server, (sent, instead));

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _relaying;
        _listener.Dispose();
        _stopping.Dispose();
    }

    private async Task RelayAsync(IPEndPoint endPoint)
    {
        try
        {
            using var client = await _listener.AcceptAsync(_stopping.Token);
            client.NoDelay = true;
            using var server = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await server.ConnectAsync(endPoint, _stopping.Token);
            await Task.WhenAll(PassAsync(client, server), TrickleAsync(server, client));
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException)
        {
            // Either side went, or the test is over; what the client did is told by then.
        }
    }

    private async Task PassAsync(Socket client, Socket server)
    {
        var buffer = new byte[16 * 1024];
        var reset = false;
        try
        {
            int count;
            while ((count = await client.ReceiveAsync(buffer, _stopping.Token)) > 0)
            {
                Keep(fromClient: true, buffer.AsSpan(0, count));
                await server.SendAsync(buffer.AsMemory(0, count), _stopping.Token);
            }
        }
        catch (SocketException error) when (error.SocketErrorCode == SocketError.ConnectionReset)
        {
            reset = true;
        }

        ClientClosed.TrySetResult(new ClientClose(reset, LastRecordType([.. Passed.Where(part => part.FromClient).SelectMany(part => part.Bytes)])));
        server.Shutdown(SocketShutdown.Send);
    }

    private async Task TrickleAsync(Socket server, Socket client)
    {
        var buffer = new byte[16 * 1024];
        int count;
        while ((count = await server.ReceiveAsync(buffer, _stopping.Token)) > 0)
        {
            Keep(fromClient: false, buffer.AsSpan(0, count));
            if (_change is var (sent, instead) && buffer.AsSpan(0, count).IndexOf(sent) is >= 0 and var at)
            {
                instead.CopyTo(buffer, at);
            }

            for (var i = 0; i < count; i++)
            {
                await client.SendAsync(buffer.AsMemory(i, 1), _stopping.Token);
            }
        }
    }

    private void Keep(bool fromClient, ReadOnlySpan<byte> bytes)
    {
        lock (_passed)
        {
            _passed.Add((fromClient, bytes.ToArray()));
        }
    }

    // RFC 8446 section 5.1: type, version, length, then that many bytes.
    private static byte LastRecordType(List<byte> bytes)
    {
        byte type = 0;
        for (var at = 0; at + 5 <= bytes.Count; at += 5 + ((bytes[at + 3] << 8) | bytes[at + 4]))
        {
            type = bytes[at];
        }

        return type;
    }
}
