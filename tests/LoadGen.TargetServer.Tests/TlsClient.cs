using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using LoadGen.Core.Handshakes;

namespace LoadGen.TargetServer.Tests;

/// <summary>A connection to the built-in target whose handshake is complete. It trusts the target's authority and no other.</summary>
internal sealed class TlsClient : IAsyncDisposable
{
    private TlsClient(Socket socket, SslStream stream)
    {
        Socket = socket;
        Stream = stream;
    }

    public SslStream Stream { get; }

    /// <summary>What is under <see cref="Stream"/>.</summary>
    public Socket Socket { get; }

    public static async Task<TlsClient> ConnectAsync(
        BuiltInTarget target,
        TlsVersion version = TlsVersion.Tls13,
        string serverName = "localhost",
        Func<Socket, NetworkStream>? through = null)
    {
        var cancellation = TestContext.Current.CancellationToken;
        var socket = await ConnectTcpAsync(target, cancellation);
        var stream = new SslStream(through?.Invoke(socket) ?? new NetworkStream(socket, ownsSocket: true));
        try
        {
            await stream.AuthenticateAsClientAsync(Options(target, version, serverName), cancellation);
            return new TlsClient(socket, stream);
        }
        catch
        {
            await stream.DisposeAsync();
            throw;
        }
    }

    public static async Task<Socket> ConnectTcpAsync(BuiltInTarget target, CancellationToken cancellation)
    {
        var socket = new Socket(target.EndPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(target.EndPoint, cancellation);
        return socket;
    }

    /// <summary>Closes by RST, as load generators do.</summary>
    public void Reset()
    {
        Socket.LingerState = new LingerOption(true, 0);
        Socket.Dispose();
    }

    public ValueTask DisposeAsync() => Stream.DisposeAsync();

#pragma warning disable CA5397 // The rule takes our enum, whose values are those of the wire, for the system's.
    private static SslClientAuthenticationOptions Options(BuiltInTarget target, TlsVersion version, string serverName) => new()
    {
        TargetHost = serverName,
        EnabledSslProtocols = version == TlsVersion.Tls13 ? SslProtocols.Tls13 : SslProtocols.Tls12,
        AllowTlsResume = false,
        CertificateChainPolicy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            CustomTrustStore = { X509Certificate2.CreateFromPem(target.Authority) },
            RevocationMode = X509RevocationMode.NoCheck,
        },
    };
#pragma warning restore CA5397
}
