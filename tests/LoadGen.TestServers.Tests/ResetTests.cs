using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using LoadGen.TestServers.Certificates;
using LoadGen.TestServers.Servers;

namespace LoadGen.TestServers.Tests;

public sealed class ResetTests(TestAuthority authority) : IClassFixture<TestAuthority>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    // caddy tells of requests.
    [Theory]
    [InlineData(ServerKind.Nginx)]
    [InlineData(ServerKind.Haproxy)]
    [InlineData(ServerKind.Openssl)]
    [InlineData(ServerKind.Gnutls)]
    [InlineData(ServerKind.Node)]
    public async Task Server_tells_of_a_handshake_after_which_the_client_resets(ServerKind kind)
    {
        await using var server = await kind.StartAsync(new TlsServerOptions { Certificates = [authority.Good()] }, Cancellation);
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { LingerState = new LingerOption(true, 0) };
        await socket.ConnectAsync(server.EndPoint, Cancellation);
        await using (var stream = new SslStream(new NetworkStream(socket)))
        {
            // In TLS 1.2 the server's Finished comes last: it knows of the handshake's end before the client does.
            await stream.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions
                {
                    TargetHost = "localhost",
                    EnabledSslProtocols = SslProtocols.Tls12,
                    CertificateChainPolicy = new X509ChainPolicy
                    {
                        TrustMode = X509ChainTrustMode.CustomRootTrust,
                        CustomTrustStore = { X509Certificate2.CreateFromPem(authority.Pem) },
                        RevocationMode = X509RevocationMode.NoCheck,
                    },
                },
                Cancellation);
            socket.Dispose();
        }

        Assert.Single(await server.WaitForHandshakesAsync(1, Cancellation));
    }
}
