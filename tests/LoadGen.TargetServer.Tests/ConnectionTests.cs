using System.Net.Sockets;
using System.Text;
using LoadGen.Core.Handshakes;
using LoadGen.TestServers.Processes;

namespace LoadGen.TargetServer.Tests;

public sealed class ConnectionTests
{
    private const byte AlertRecord = 21;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")]
    [InlineData("GET / HTTP/1.0\r\n\r\n")]
    public async Task Request_is_answered_and_the_connection_closed_when_the_client_wants_it(string request)
    {
        // So long that it is not the idle timeout which closes.
        await using var target = BuiltInTarget.Start(new BuiltInTargetOptions { IdleTimeout = TimeSpan.FromHours(1) });
        await using var client = await TlsClient.ConnectAsync(target);

        await client.Stream.WriteAsync(Encoding.ASCII.GetBytes(request), Cancellation);
        var response = await new StreamReader(client.Stream).ReadToEndAsync(Cancellation).WaitAsync(ChildProcess.Patience, Cancellation);

        Assert.StartsWith("HTTP/1.1 200 OK\r\n", response, StringComparison.Ordinal);
        Assert.EndsWith("\r\n\r\nok\n", response, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Connection_serves_one_request_after_another()
    {
        await using var target = BuiltInTarget.Start();
        await using var client = await TlsClient.ConnectAsync(target);
        var response = new byte[1024];

        for (var i = 0; i < 5; i++)
        {
            await client.Stream.WriteAsync(Encoding.ASCII.GetBytes($"GET /{i} HTTP/1.1\r\nHost: localhost\r\n\r\n"), Cancellation);
            var length = await client.Stream.ReadAtLeastAsync(response, 1, cancellationToken: Cancellation);
            Assert.StartsWith("HTTP/1.1 200 OK\r\n", Encoding.ASCII.GetString(response, 0, length), StringComparison.Ordinal);
        }

        Assert.Equal(1, target.Counters.Started);
    }

    [Fact]
    public async Task Request_without_an_end_is_not_read_for_ever()
    {
        await using var target = BuiltInTarget.Start(new BuiltInTargetOptions { IdleTimeout = TimeSpan.FromHours(1) });
        await using var client = await TlsClient.ConnectAsync(target);

        await client.Stream.WriteAsync(new byte[8192], Cancellation);

        Assert.Equal(0, await client.Stream.ReadAsync(new byte[1], Cancellation).AsTask().WaitAsync(ChildProcess.Patience, Cancellation));
    }

    [Fact]
    public async Task Close_notify_is_answered_with_one()
    {
        await using var target = BuiltInTarget.Start();
        await using var client = await TlsClient.ConnectAsync(target, TlsVersion.Tls12);
        var answer = new byte[1024];

        await client.Stream.ShutdownAsync();
        var length = await client.Socket.ReceiveAsync(answer, Cancellation);

        Assert.True(length > 0);
        Assert.Equal(AlertRecord, answer[0]);
        Assert.Equal(0, await client.Socket.ReceiveAsync(answer, Cancellation));
        Assert.Equal(new TargetCounters(Started: 1, Full: 1, 0, 0, 0, 0), await target.StopAsync(Cancellation));
    }

    [Fact]
    public async Task Garbage_is_counted_as_failed_and_the_next_client_served()
    {
        await using var target = BuiltInTarget.Start();
        byte[][] garbage =
        [
            "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray(),
            [.. Enumerable.Repeat((byte)0xff, 4096)],
            new byte[4096],
            // A ClientHello whose lengths point past its end.
            [22, 3, 1, 0, 10, 1, 0, 0xff, 0xff, 3, 3, 0, 0, 0, 0],
        ];

        foreach (var bytes in garbage)
        {
            using var socket = await TlsClient.ConnectTcpAsync(target, Cancellation);
            await socket.SendAsync(bytes, Cancellation);
            socket.Shutdown(SocketShutdown.Send);
            await ReadToEndAsync(socket);
        }

        await using (await TlsClient.ConnectAsync(target))
        {
            Assert.Equal(new TargetCounters(garbage.Length + 1, Full: 1, 0, Failed: garbage.Length, 0, 0), await target.StopAsync(Cancellation));
        }
    }

    [Fact]
    public async Task Garbage_after_the_handshake_is_counted_as_broken()
    {
        await using var target = BuiltInTarget.Start();
        await using var client = await TlsClient.ConnectAsync(target);

        await client.Socket.SendAsync(new byte[] { 23, 3, 3, 0, 20, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20 }, Cancellation);
        await ReadToEndAsync(client.Socket);

        Assert.Equal(new TargetCounters(Started: 1, Full: 1, 0, 0, Broken: 1, 0), await target.StopAsync(Cancellation));
        Assert.NotNull(target.LatestError);
    }

    [Fact]
    public async Task Connection_on_which_nothing_comes_is_no_handshake()
    {
        await using var target = BuiltInTarget.Start();

        using (var socket = await TlsClient.ConnectTcpAsync(target, Cancellation))
        {
            socket.Shutdown(SocketShutdown.Send);
            await ReadToEndAsync(socket);
        }

        Assert.Equal(default, await target.StopAsync(Cancellation));
    }

    [Fact]
    public async Task Client_that_stalls_in_its_handshake_is_closed_after_the_timeout()
    {
        // Long enough for a busy machine to read the byte before.
        await using var target = BuiltInTarget.Start(new BuiltInTargetOptions { HandshakeTimeout = TimeSpan.FromSeconds(2) });
        using var socket = await TlsClient.ConnectTcpAsync(target, Cancellation);
        await socket.SendAsync(new byte[] { 22 }, Cancellation);

        await ReadToEndAsync(socket);

        Assert.Equal(new TargetCounters(Started: 1, 0, 0, Failed: 1, 0, 0), await target.StopAsync(Cancellation));
    }

    [Fact]
    public async Task Client_that_is_silent_after_its_handshake_is_closed_after_the_timeout()
    {
        await using var target = BuiltInTarget.Start(new BuiltInTargetOptions { IdleTimeout = TimeSpan.FromMilliseconds(200) });
        await using var client = await TlsClient.ConnectAsync(target);

        Assert.Equal(0, await client.Stream.ReadAsync(new byte[1], Cancellation));

        Assert.Equal(new TargetCounters(Started: 1, Full: 1, 0, 0, 0, 0), await target.StopAsync(Cancellation));
    }

    private static async Task ReadToEndAsync(Socket socket)
    {
        var buffer = new byte[4096];
        try
        {
            while (await socket.ReceiveAsync(buffer, Cancellation) > 0)
            {
            }
        }
        catch (SocketException error) when (error.SocketErrorCode == SocketError.ConnectionReset)
        {
            // The server closed with bytes of ours unread, which is an end too.
        }
    }
}
