using System.Net.Sockets;
using LoadGen.Core.Handshakes;

namespace LoadGen.TargetServer.Tests;

public sealed class LifetimeTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(TlsVersion.Tls10)]
    [InlineData(TlsVersion.Tls11)]
    public void Version_before_TLS_1_2_cannot_be_asked_for(TlsVersion version)
        => Assert.Throws<ArgumentException>(() => BuiltInTarget.Start(new BuiltInTargetOptions { TlsVersions = [version] }));

    [Fact]
    public async Task Port_that_is_in_use_is_told_to_the_caller()
    {
        await using var first = BuiltInTarget.Start();

        var error = Assert.Throws<SocketException>(() => BuiltInTarget.Start(new BuiltInTargetOptions { Listen = first.EndPoint }));

        Assert.Equal(SocketError.AddressAlreadyInUse, error.SocketErrorCode);
    }

    [Fact]
    public async Task Stop_waits_for_a_handshake_in_progress_and_counts_it()
    {
        await using var target = BuiltInTarget.Start();
        var gate = new FlightGate();
        var connecting = TlsClient.ConnectAsync(target, through: gate.Through);
        await gate.Reached.WaitAsync(Cancellation);

        var stopping = target.StopAsync(Cancellation);
        Assert.False(stopping.IsCompleted);
        gate.Open();

        Assert.Equal(new TargetCounters(Started: 1, Full: 1, 0, 0, 0, 0), await stopping);
        await using (await connecting)
        {
        }
    }

    [Fact]
    public async Task Stop_ends_a_handshake_in_progress_when_it_is_cancelled()
    {
        await using var target = BuiltInTarget.Start();
        var gate = new FlightGate();
        var connecting = TlsClient.ConnectAsync(target, through: gate.Through);
        await gate.Reached.WaitAsync(Cancellation);

        var counters = await target.StopAsync(new CancellationToken(canceled: true));

        Assert.Equal(new TargetCounters(Started: 1, 0, 0, Failed: 1, 0, 0), counters);
        gate.Open();
        await using (await connecting)
        {
        }
    }

    [Fact]
    public async Task Stop_ends_open_connections_and_refuses_new_ones()
    {
        await using var target = BuiltInTarget.Start();
        var clients = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => TlsClient.ConnectAsync(target)));

        var counters = await target.StopAsync(Cancellation);

        Assert.Equal(new TargetCounters(clients.Length, Full: clients.Length, 0, 0, 0, 0), counters);
        foreach (var client in clients)
        {
            Assert.Equal(0, await client.Stream.ReadAsync(new byte[1], Cancellation));
            await client.DisposeAsync();
        }

        var error = await Assert.ThrowsAsync<SocketException>(() => TlsClient.ConnectTcpAsync(target, Cancellation));
        Assert.Equal(SocketError.ConnectionRefused, error.SocketErrorCode);
    }

    [Fact]
    public async Task Target_is_stopped_and_disposed_as_often_as_one_likes()
    {
        var target = BuiltInTarget.Start();
        await target.StopAsync(Cancellation);
        await target.StopAsync(Cancellation);
        await target.DisposeAsync();
        await target.DisposeAsync();

        Assert.Equal(default, target.Counters);
    }
}
