using System.Diagnostics;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace LoadGen.TargetServer;

/// <summary>
/// Handshakes with a target of its own inside the process, so that the code is compiled before the first real one: what a cold server
/// takes is no figure of the product. Nothing of it is counted.
/// </summary>
public static class Rehearsal
{
    private const int Lanes = 4;
    private const int MostHandshakes = 400;

    private static readonly TimeSpan MostTime = TimeSpan.FromSeconds(1);

    /// <summary>Ends after a number of handshakes or a time, whichever comes first.</summary>
    /// <param name="options">Of the target that is to be warm.</param>
    public static async Task RunAsync(BuiltInTargetOptions options)
    {
        await using var target = BuiltInTarget.Start(options with { Listen = new IPEndPoint(IPAddress.Loopback, 0) });
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, Lanes).Select(lane => Task.Run(async () =>
        {
            for (var n = lane; n < MostHandshakes && clock.Elapsed < MostTime; n += Lanes)
            {
                await ShakeAsync(target.EndPoint, n % 2 == 0 ? SslProtocols.Tls13 : SslProtocols.Tls12);
            }
        })));
    }

    private static async Task ShakeAsync(IPEndPoint endPoint, SslProtocols version)
    {
        try
        {
            using var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await socket.ConnectAsync(endPoint);
            await using var stream = new SslStream(new NetworkStream(socket));
            await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
            {
                TargetHost = "localhost",
                EnabledSslProtocols = version,
                CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
#pragma warning disable CA5359 // It is a server of this very process.
                RemoteCertificateValidationCallback = (_, _, _, _) => true,
#pragma warning restore CA5359
            });
            await stream.ShutdownAsync();
        }
        catch (Exception error) when (error is AuthenticationException or IOException or SocketException)
        {
            // A version that it does not speak is refused: that is compiled, too.
        }
    }
}
