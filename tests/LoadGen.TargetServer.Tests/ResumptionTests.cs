using LoadGen.Core.Handshakes;
using LoadGen.TestServers.Certificates;
using LoadGen.TestServers.Processes;

namespace LoadGen.TargetServer.Tests;

public sealed class ResumptionTests
{
    // In TLS 1.3 a session can be resumed once its ticket has come (RFC 8446 section 4.6.1). What s_client says of that by
    // itself stays in its buffer; the lines of -msg are written at once.
    private const string TicketCame = ", NewSessionTicket";
    private const string HandshakeIsOver = "Verify return code:";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(TlsVersion.Tls12)]
    [InlineData(TlsVersion.Tls13)]
    public async Task Resumed_handshake_is_counted_as_resumed(TlsVersion version)
    {
        await using var target = BuiltInTarget.Start(new BuiltInTargetOptions { AllowResumption = true });
        using var session = new TemporaryFile();

        await HandshakeAsync(target, version, version == TlsVersion.Tls13 ? TicketCame : HandshakeIsOver, "-sess_out", session.Path);
        await HandshakeAsync(target, version, "Reused, ", "-sess_in", session.Path);

        Assert.Equal(new TargetCounters(Started: 2, Full: 1, Resumed: 1, 0, 0, 0), await target.StopAsync(Cancellation));
    }

    [Fact]
    public async Task Session_id_is_resumed_without_a_ticket()
    {
        await using var target = BuiltInTarget.Start(new BuiltInTargetOptions { AllowResumption = true });
        using var session = new TemporaryFile();

        await HandshakeAsync(target, TlsVersion.Tls12, HandshakeIsOver, "-no_ticket", "-sess_out", session.Path);
        await HandshakeAsync(target, TlsVersion.Tls12, "Reused, ", "-no_ticket", "-sess_in", session.Path);

        Assert.Equal(new TargetCounters(Started: 2, Full: 1, Resumed: 1, 0, 0, 0), await target.StopAsync(Cancellation));
    }

    [Fact]
    public async Task Target_resumes_nothing_by_default()
    {
        await using var generous = BuiltInTarget.Start(new BuiltInTargetOptions { AllowResumption = true });
        await using var target = BuiltInTarget.Start();
        using var session = new TemporaryFile();

        await HandshakeAsync(generous, TlsVersion.Tls13, TicketCame, "-sess_out", session.Path);
        await HandshakeAsync(target, TlsVersion.Tls13, "New, ", "-sess_in", session.Path);
        await HandshakeAsync(target, TlsVersion.Tls12, "New, ", "-reconnect");

        var counters = await target.StopAsync(Cancellation);
        Assert.Equal(0, counters.Resumed);
        Assert.Equal(counters.Started, counters.Full);
    }

    private static async Task HandshakeAsync(BuiltInTarget target, TlsVersion version, string until, params string[] arguments)
    {
        await using var client = ChildProcess.Start(RealServers.Require("openssl"),
        [
            "s_client", "-connect", target.EndPoint.ToString(), version == TlsVersion.Tls13 ? "-tls1_3" : "-tls1_2", "-msg", .. arguments,
        ]);
        await client.WaitForLineAsync(until, Cancellation);
        client.EndInput();
        Assert.Equal(0, await client.WaitForExitAsync(ChildProcess.Patience, Cancellation));
    }
}
