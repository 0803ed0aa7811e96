using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using LoadGen.Core.Handshakes;
using LoadGen.Core.Plans;
using LoadGen.Core.Shapes;
using LoadGen.TestServers.Certificates;

namespace LoadGen.Tls.Tests.StartTls;

/// <summary>A mail server's dialogue on a real socket, then TLS on the same connection.</summary>
public sealed class StartTlsHandshakeTests(TestAuthority authority) : IClassFixture<TestAuthority>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_handshake_follows_the_go_ahead_and_the_dialogue_is_a_phase_of_its_own()
    {
        var outcome = await ShakeAsync("220 go ahead\r\n");

        Assert.True(outcome.IsCompleted, outcome.Failure?.ToString());
        Assert.NotNull(outcome.Phases[Phase.StartTls]);
        Assert.InRange(outcome.Handshake.Value, TimeSpan.Zero, outcome.Elapsed - outcome.Phases[Phase.StartTls]!.Value);
    }

    [Fact]
    public async Task A_refusal_is_a_failure_of_its_own_kind_with_the_servers_words()
    {
        var outcome = await ShakeAsync("454 TLS not available\r\n");

        Assert.Equal((FailureKind.StartTlsRefused, Phase.StartTls, FaultSide.Server), (outcome.Failure?.Kind, outcome.Failure?.Phase, outcome.Failure?.Side));
        Assert.Contains("454 TLS not available", outcome.Failure!.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Plain_text_after_the_go_ahead_is_no_TLS()
    {
        var outcome = await ShakeAsync("220 go ahead\r\n250 injected\r\n");

        Assert.Equal((FailureKind.ProtocolError, Phase.StartTls), (outcome.Failure?.Kind, outcome.Failure?.Phase));
    }

    private async Task<Outcome> ShakeAsync(string answer)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var serving = ServeAsync(listener, answer);
        using var engine = Engines.Create(
            new Plan
            {
                Name = "starttls",
                Targets =
                [
                    new Target
                    {
                        Name = "mail",
                        Host = "127.0.0.1",
                        Port = ((IPEndPoint)listener.LocalEndpoint).Port,
                        ServerName = "localhost",
                        Trust = new Trust.Authorities(authority.Pem),
                        StartTls = StartTlsProtocol.Smtp,
                    },
                ],
                // In TLS 1.3 the server would still be sending tickets when the client resets the connection.
                Profiles = [new Profile { Name = "p", TlsVersions = [TlsVersion.Tls12] }],
                Load = new Load.Open(new Schedule(new Constant(1, TimeSpan.FromSeconds(1)))),
            },
            TimeProvider.System);
        using var client = engine.CreateClient();
        var outcome = await client.HandshakeAsync(0, 0, Cancellation);
        await serving;
        return outcome;
    }

    // A client that goes after the answer ends the server too.
    private async Task ServeAsync(TcpListener listener, string answer)
    {
        using var connection = await listener.AcceptTcpClientAsync(Cancellation);
        var stream = connection.GetStream();
        using var lines = new StreamReader(stream, Encoding.ASCII, leaveOpen: true);
        await stream.WriteAsync("220 mail.example ESMTP\r\n"u8.ToArray(), Cancellation);
        Assert.StartsWith("EHLO ", await lines.ReadLineAsync(Cancellation), StringComparison.Ordinal);
        await stream.WriteAsync("250-mail.example\r\n250 STARTTLS\r\n"u8.ToArray(), Cancellation);
        Assert.Equal("STARTTLS", await lines.ReadLineAsync(Cancellation));
        await stream.WriteAsync(Encoding.ASCII.GetBytes(answer), Cancellation);
        if (answer != "220 go ahead\r\n")
        {
            return;
        }

        var files = authority.Good();
        using var pem = X509Certificate2.CreateFromPemFile(files.ChainPath, files.KeyPath);
        await using var tls = new SslStream(stream);
        await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = pem }, Cancellation);
    }
}
