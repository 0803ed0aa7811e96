using System.Net;
using LoadGen.TestServers.Certificates;
using LoadGen.TestServers.Processes;

namespace LoadGen.TestServers.Servers;

/// <summary><c>gnutls-serv</c>: a TLS library other than OpenSSL; answers HTTP.</summary>
public sealed class GnutlsServer : IAsyncDisposable
{
    private GnutlsServer(ChildProcess process, IPEndPoint endPoint)
    {
        Process = process;
        EndPoint = endPoint;
    }

    public ChildProcess Process { get; }

    public IPEndPoint EndPoint { get; }

    /// <summary>Starts it on a free port.</summary>
    /// <param name="certificate">Its certificate.</param>
    /// <param name="arguments">More switches, such as <c>--priority X</c> or <c>--noticket</c>.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task<GnutlsServer> StartAsync(
        CertificateFiles certificate,
        IEnumerable<string>? arguments = null,
        CancellationToken cancellation = default)
    {
        var port = FreePort.Take();
        var process = ChildProcess.Start(RealServers.Require("gnutls-serv"),
        [
            "--port", port.ToString(), "--http", "--disable-client-cert",
            "--x509certfile", certificate.ChainPath, "--x509keyfile", certificate.KeyPath,
            .. arguments ?? [],
        ]);
        try
        {
            await process.WaitForLineAsync($"IPv4 0.0.0.0 port {port}...done", cancellation);
            return new GnutlsServer(process, new IPEndPoint(IPAddress.Loopback, port));
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    public ValueTask DisposeAsync() => Process.DisposeAsync();
}
