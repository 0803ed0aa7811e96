using LoadGen.Core.Handshakes;
using LoadGen.TestServers.Certificates;
using LoadGen.TestServers.Processes;
using LoadGen.TestServers.Servers;

namespace LoadGen.TestServers.Tests;

public sealed class NodeServerTests(TestAuthority authority) : IClassFixture<TestAuthority>
{
    private const string HybridGroup = "X25519MLKEM768";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Node_agrees_on_a_hybrid_group()
    {
        await using var server = await NodeServer.StartAsync(
            new TlsServerOptions { Certificates = [authority.Good()], Groups = [HybridGroup] }, Cancellation);

        // The system's own client knows no such group.
        var script = $$"""
            const client = require('tls').connect({{server.EndPoint.Port}}, '127.0.0.1', { servername: 'localhost' }, () => client.end());
            """;
        await using var client = ChildProcess.Start(
            RealServers.RequireNode(),
            ["-e", script],
            new Dictionary<string, string?> { ["NODE_EXTRA_CA_CERTS"] = authority.PemPath });

        Assert.Equal(0, await client.WaitForExitAsync(ChildProcess.Patience, Cancellation));
        Assert.Equal(HybridGroup, Assert.Single(await server.WaitForHandshakesAsync(1, Cancellation)).Group);
    }

    [Fact]
    public async Task Node_tells_why_a_handshake_failed()
    {
        await using var server = await NodeServer.StartAsync(
            new TlsServerOptions { Certificates = [authority.Good()], ClientAuthorities = authority.PemPath }, Cancellation);

        await new OpensslClient(authority).HandshakeAsync(server, TlsVersion.Tls13);

        Assert.Equal(["ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE"], await server.WaitForFailuresAsync(1, Cancellation));
    }
}
