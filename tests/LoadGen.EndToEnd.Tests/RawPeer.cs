using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using LoadGen.TestServers.Certificates;
using LoadGen.TestServers.Processes;

namespace LoadGen.EndToEnd.Tests;

/// <summary>A connection to a node's port whose owner believes every certificate and may have one to show.</summary>
internal sealed class RawPeer(TcpClient tcp, SslStream tls) : IDisposable
{
    /// <summary>Connects, says hello as a node does, and waits for the answer.</summary>
    /// <returns>The connection, or <see langword="null"/> if it ended without a byte of answer.</returns>
    public static async Task<RawPeer?> AssociateAsync(int port, CertificateFiles? certificate, CancellationToken cancellation)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        deadline.CancelAfter(ChildProcess.Patience);
        var tcp = new TcpClient();
        await tcp.ConnectAsync("127.0.0.1", port, deadline.Token);
        var peer = new RawPeer(tcp, new SslStream(tcp.GetStream()));
        try
        {
            await peer.HandshakeAsync(certificate, deadline.Token);
            if (await peer.IsAnsweredAsync(deadline.Token))
            {
                return peer;
            }
        }
        catch (Exception error) when (error is IOException or System.Security.Authentication.AuthenticationException)
        {
            // Refused, in the handshake or as soon as the node had seen all of it.
        }

        peer.Dispose();
        return null;
    }

    public async Task SendAsync(byte[] frame, CancellationToken cancellation) => await tls.WriteAsync(frame, cancellation);

    public void Dispose()
    {
        tls.Dispose();
        tcp.Dispose();
    }

    private Task HandshakeAsync(CertificateFiles? certificate, CancellationToken cancellation) => tls.AuthenticateAsClientAsync(
        new SslClientAuthenticationOptions
        {
            TargetHost = "node",
            RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null,
            ClientCertificates = certificate is null ? [] : [X509Certificate2.CreateFromPemFile(certificate.ChainPath, certificate.KeyPath)],
            LocalCertificateSelectionCallback = (_, _, local, _, _) => local.Count > 0 ? local[0] : null!,
        },
        cancellation);

    private async Task<bool> IsAnsweredAsync(CancellationToken cancellation)
    {
        await SendAsync(AkkaFrames.Associate("ssl.tcp", "loadgen"), cancellation);
        return await tls.ReadAsync(new byte[1], cancellation) > 0;
    }
}
