using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using LoadGen.TestServers.Processes;

namespace LoadGen.TestServers.Servers;

/// <summary>A server that does one wrong thing to every connection.</summary>
public sealed class ScriptedServer : IAsyncDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Func<Socket, CancellationToken, Task> _script;
    private readonly Task _serving;
    private readonly ConcurrentBag<Task> _connections = [];
    private long _accepted;

    private ScriptedServer(Func<Socket, CancellationToken, Task> script)
    {
        _script = script;
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen(int.MaxValue);
        _serving = Task.Run(ServeAsync);
    }

    /// <summary>Where it listens, on loopback.</summary>
    public IPEndPoint EndPoint => (IPEndPoint)_listener.LocalEndPoint!;

    /// <summary>How many connections it has accepted.</summary>
    public long Accepted => Interlocked.Read(ref _accepted);

    /// <summary>Accepts and never says anything.</summary>
    public static ScriptedServer Silent() => new((_, stopping) => Task.Delay(Timeout.Infinite, stopping));

    /// <summary>Closes (FIN) once something came.</summary>
    public static ScriptedServer ClosesAfterClientHello() => new(ReadAllThatIsThereAsync);

    /// <summary>Resets (RST) once something came.</summary>
    public static ScriptedServer ResetsAfterClientHello() => new(async (connection, stopping) =>
    {
        await ReadAllThatIsThereAsync(connection, stopping);
        connection.LingerState = new LingerOption(true, 0);
    });

    /// <summary>Answers the first bytes with these, then closes.</summary>
    public static ScriptedServer Answers(ReadOnlyMemory<byte> bytes) => new(async (connection, stopping) =>
    {
        await ReadAllThatIsThereAsync(connection, stopping);
        await connection.SendAsync(bytes, stopping);
    });

    /// <summary>Answers as a web server without TLS does.</summary>
    public static ScriptedServer PlainHttp() => Answers("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8.ToArray());

    /// <summary>Answers with a fatal alert of TLS 1.2's record version (RFC 8446 section 6), then closes.</summary>
    public static ScriptedServer Alerts(byte description) => Answers(new byte[] { 21, 3, 3, 0, 2, 2, description });

    /// <summary>Any script.</summary>
    public static ScriptedServer Does(Func<Socket, CancellationToken, Task> script) => new(script);

    /// <summary>
    /// Lets a real server speak, changes its first answer, sends nothing more, and waits until the client closes.
    /// </summary>
    public static ScriptedServer Spoils(IPEndPoint server, Func<byte[], byte[]> change) => new(async (connection, stopping) =>
    {
        using var upstream = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await upstream.ConnectAsync(server, stopping);
        var buffer = new byte[64 * 1024];
        var count = await connection.ReceiveAsync(buffer, stopping);
        await upstream.SendAsync(buffer.AsMemory(0, count), stopping);
        count = await upstream.ReceiveAsync(buffer, stopping);
        await connection.SendAsync(change(buffer[..count]), stopping);
        connection.Shutdown(SocketShutdown.Send);
        while (await connection.ReceiveAsync(buffer, stopping) > 0)
        {
        }
    });

    /// <summary>Lets a real server speak until the client sends its second flight; from then on it says nothing, and waits until the client closes.</summary>
    public static ScriptedServer FallsSilent(IPEndPoint server) => new(async (connection, stopping) =>
    {
        using var upstream = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await upstream.ConnectAsync(server, stopping);
        var buffer = new byte[64 * 1024];
        await upstream.SendAsync(buffer.AsMemory(0, await connection.ReceiveAsync(buffer, stopping)), stopping);
        using var spoken = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var speaking = PassOnAsync(upstream, connection, spoken.Token);
        var count = await connection.ReceiveAsync(buffer, stopping);
        await spoken.CancelAsync();
        await speaking;
        while (count > 0)
        {
            count = await connection.ReceiveAsync(buffer, stopping);
        }
    });

    /// <summary>Waits until every connection accepted by now has been closed by its client, where the script waits for that.</summary>
    public Task AllClosedAsync(CancellationToken cancellation) => Task.WhenAll(_connections).WaitAsync(ChildProcess.Patience, cancellation);

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _serving;
        _listener.Dispose();
        _stopping.Dispose();
    }

    private static async Task PassOnAsync(Socket from, Socket to, CancellationToken stopping)
    {
        try
        {
            var buffer = new byte[64 * 1024];
            int count;
            while ((count = await from.ReceiveAsync(buffer, stopping)) > 0)
            {
                await to.SendAsync(buffer.AsMemory(0, count), CancellationToken.None);
            }
        }
        catch (OperationCanceledException)
        {
            // It falls silent.
        }
    }

    private static async Task ReadAllThatIsThereAsync(Socket connection, CancellationToken stopping)
    {
        // What is left unread when a socket is closed turns its FIN into an RST.
        var buffer = new byte[64 * 1024];
        await connection.ReceiveAsync(buffer, stopping);
        while (connection.Available > 0)
        {
            await connection.ReceiveAsync(buffer, stopping);
        }
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                var connection = await _listener.AcceptAsync(_stopping.Token);
                Interlocked.Increment(ref _accepted);
                _connections.Add(RunScriptAsync(connection));
            }
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(_connections);
        }
    }

    private async Task RunScriptAsync(Socket connection)
    {
        using (connection)
        {
            try
            {
                await _script(connection, _stopping.Token);
            }
            catch (Exception error) when (error is OperationCanceledException or SocketException)
            {
                // The client went first, or the test is over.
            }
        }
    }
}
