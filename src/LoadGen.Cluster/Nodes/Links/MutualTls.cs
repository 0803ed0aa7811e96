using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace LoadGen.Cluster.Nodes.Links;

/// <summary>
/// Both sides of a connection prove that they are nodes. That fails with an <see cref="AuthenticationException"/> whose message is
/// fit for the user.
/// </summary>
/// <param name="identity">What this node shows and which peers it trusts; asked at each connection.</param>
internal sealed class MutualTls(Func<NodeIdentity> identity)
{
    public async Task<Stream> AsServerAsync(Stream connection, string peer, CancellationToken cancellation)
    {
        var own = identity();
        string? refused = null;
        var tls = new SslStream(connection);
        var options = new SslServerAuthenticationOptions
        {
            ServerCertificateContext = own.Context,
            ClientCertificateRequired = true,
            RemoteCertificateValidationCallback = (_, certificate, _, _) => (refused = own.Trust.WhyNot((X509Certificate2?)certificate)) is null,
            CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
            AllowTlsResume = false,
        };
        return await ProvenAsync(tls, tls.AuthenticateAsServerAsync(options, cancellation), peer, () => refused).ConfigureAwait(false);
    }

    public async Task<Stream> AsClientAsync(Stream connection, string peer, CancellationToken cancellation)
    {
        var own = identity();
        string? refused = null;
        var tls = new SslStream(connection);
        var options = new SslClientAuthenticationOptions
        {
            // Which name a node has is of no importance; see PeerTrust.
            TargetHost = "node",
            ClientCertificateContext = own.Context,
            RemoteCertificateValidationCallback = (_, certificate, _, _) => (refused = own.Trust.WhyNot((X509Certificate2?)certificate)) is null,
            CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
            AllowTlsResume = false,
        };
        return await ProvenAsync(tls, tls.AuthenticateAsClientAsync(options, cancellation), peer, () => refused).ConfigureAwait(false);
    }

    private static async Task<Stream> ProvenAsync(SslStream tls, Task handshake, string peer, Func<string?> refused)
    {
        try
        {
            await handshake.ConfigureAwait(false);
            return tls;
        }
        catch (Exception error)
        {
            await tls.DisposeAsync().ConfigureAwait(false);
            if (refused() is { } why)
            {
                throw new AuthenticationException($"rejected {peer} as a node: its certificate {why}", error);
            }

            throw error switch
            {
                AuthenticationException => new AuthenticationException($"TLS with {peer} failed: {FirstLine(error.GetBaseException().Message)}", error),
                IOException => new AuthenticationException($"TLS with {peer} failed: the other side closed the connection", error),
                _ => error,
            };
        }
    }

    private static string FirstLine(string text) => text.Split('\n', 2)[0].TrimEnd('\r');
}
