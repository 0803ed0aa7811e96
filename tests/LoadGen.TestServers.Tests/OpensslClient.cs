using LoadGen.Core.Handshakes;
using LoadGen.TestServers.Certificates;
using LoadGen.TestServers.Processes;
using LoadGen.TestServers.Servers;

namespace LoadGen.TestServers.Tests;

/// <summary><c>openssl s_client</c>, which asks for localhost and trusts one authority.</summary>
internal sealed class OpensslClient(TestAuthority authority)
{
    private const string HandshakeIsOver = "Verify return code:";
    private const string TicketCame = ", NewSessionTicket";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static string[] With(CertificateFiles certificate) => ["-cert", certificate.ChainPath, "-key", certificate.KeyPath];

    /// <summary>Makes a handshake, or tries to, and a request where the server tells of nothing else, then closes.</summary>
    public Task HandshakeAsync(ITlsServer server, TlsVersion version, params string[] arguments)
        => ConnectAsync(server, version, HandshakeIsOver, arguments);

    /// <summary>As <see cref="HandshakeAsync"/>, and keeps the session in a file.</summary>
    public Task KeepSessionAsync(ITlsServer server, TlsVersion version, string path)
        => ConnectAsync(server, version, version == TlsVersion.Tls13 ? TicketCame : HandshakeIsOver, ["-sess_out", path]);

    private async Task ConnectAsync(ITlsServer server, TlsVersion version, string until, string[] arguments)
    {
        await using var client = ChildProcess.Start(RealServers.Require("openssl"),
        [
            "s_client", "-connect", server.EndPoint.ToString(), "-servername", "localhost", "-CAfile", authority.PemPath, "-verify_return_error",
            version == TlsVersion.Tls13 ? "-tls1_3" : "-tls1_2", "-msg", .. arguments,
        ]);
        await client.WaitForLineAsync(until, Cancellation);
        try
        {
            if (server is CaddyServer)
            {
                await client.WriteLineAsync("GET / HTTP/1.1\nHost: localhost\n", Cancellation);
            }

            client.EndInput();
        }
        catch (IOException)
        {
            // The server refused the client, which is gone.
        }

        await client.WaitForExitAsync(ChildProcess.Patience, Cancellation);
    }
}
