using System.Net;
using System.Net.Sockets;
using LoadGen.Core.Handshakes;
using LoadGen.Core.Plans;
using LoadGen.Core.Shapes;
using LoadGen.Tls.Dialling;

namespace LoadGen.Tls.Tests.Dialling;

/// <summary>What a failure says of whom the handshake was with, and where it was when its time was up.</summary>
public sealed class AttemptTests
{
    private static readonly Endpoint Address = new(new IPEndPoint(IPAddress.Parse("10.0.0.9"), 443), "10.0.0.9:443");

    [Theory]
    [InlineData(Phase.Dns, FailureKind.DnsFailure, "gateway: timed out waiting for the name to resolve")]
    [InlineData(Phase.TcpConnect, FailureKind.ConnectTimeout, "gateway (10.0.0.9:443): timed out connecting")]
    [InlineData(Phase.ClientHello, FailureKind.HandshakeTimeout, "gateway (10.0.0.9:443): the client took too long to send its ClientHello")]
    [InlineData(Phase.ServerHello, FailureKind.HandshakeTimeout, "gateway (10.0.0.9:443): timed out waiting for server_hello")]
    public async Task A_deadline_that_passes_fails_the_phase_that_it_passed_in(Phase phase, FailureKind kind, string detail)
    {
        using var attempt = new Attempt(TimeProvider.System);
        using var ending = attempt.Begin(TestContext.Current.CancellationToken);
        attempt.With("gateway", phase == Phase.Dns ? null : Address);
        attempt.Expect(phase);
        attempt.StartDeadline(TimeSpan.FromMilliseconds(1));

        attempt.Fail(await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Task.Delay(Timeout.Infinite, attempt.Deadline)));

        Assert.Equal((kind, phase, detail), (attempt.Failure?.Kind, attempt.Failure?.Phase, attempt.Failure?.Detail));
    }

    [Fact]
    public async Task A_refused_connection_names_target_and_address()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var port = ((IPEndPoint)listener.LocalEndPoint!).Port;
        using var attempt = new Attempt(TimeProvider.System);
        using var ending = attempt.Begin(TestContext.Current.CancellationToken);

        Assert.Null(await DialerTo("127.0.0.1", port).DialAsync(0, attempt));

        Assert.Equal((FailureKind.ConnectionRefused, $"gateway (127.0.0.1:{port}): connection refused"), (attempt.Failure?.Kind, attempt.Failure?.Detail.ToLowerInvariant()));
    }

    [Fact]
    public async Task A_name_that_does_not_resolve_fails_in_the_phase_dns()
    {
        using var attempt = new Attempt(TimeProvider.System);
        using var ending = attempt.Begin(TestContext.Current.CancellationToken);

        Assert.Null(await DialerTo("no-such-name.invalid", 443).DialAsync(0, attempt));

        Assert.Equal((FailureKind.DnsFailure, Phase.Dns), (attempt.Failure?.Kind, attempt.Failure?.Phase));
        Assert.StartsWith("gateway: no-such-name.invalid: ", attempt.Failure?.Detail, StringComparison.Ordinal);
    }

    private static Dialer DialerTo(string host, int port) => new(
        new Plan
        {
            Name = "test",
            Targets = [new Target { Name = "gateway", Host = host, Port = port, ServerName = host }],
            Profiles = [new Profile { Name = "p" }],
            Load = new Load.Open(new Schedule(new Constant(1, TimeSpan.FromSeconds(1)))),
        },
        TimeProvider.System);
}
