using System.Net;
using LoadGen.TestServers.Certificates;
using LoadGen.TestServers.Processes;

namespace LoadGen.TestServers.Servers;

/// <summary>
/// <c>gnutls-serv</c>: a TLS library other than OpenSSL; answers HTTP, and listens on every address, as it cannot be told
/// one. It refuses a client without a certificate within the handshake.
/// </summary>
public sealed class GnutlsServer : ITlsServer
{
    private GnutlsServer(ChildProcess process, IPEndPoint endPoint)
    {
        Process = process;
        EndPoint = endPoint;
    }

    public ChildProcess Process { get; }

    public IPEndPoint EndPoint { get; }

    public IReadOnlyList<ServerHandshake> Handshakes => GnutlsReport.ParseAll(Process.StandardOutput);

    /// <summary>Starts it on a free port, with the session database that it has by default.</summary>
    /// <param name="certificate">Its certificate.</param>
    /// <param name="arguments">More switches, as for the other overload.</param>
    /// <param name="cancellation">Gives up.</param>
    public static Task<GnutlsServer> StartAsync(
        CertificateFiles certificate,
        IEnumerable<string>? arguments = null,
        CancellationToken cancellation = default)
        => StartAsync(new TlsServerOptions { Certificates = [certificate], SessionIds = true }, arguments, cancellation);

    /// <summary>Starts it on a free port.</summary>
    /// <param name="options">How; the ciphers of its suites bind TLS 1.3 too.</param>
    /// <param name="arguments">More switches, such as <c>--pskpasswd X</c>; not <c>--priority</c>, which the options make, or <c>--quiet</c>.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task<GnutlsServer> StartAsync(
        TlsServerOptions options,
        IEnumerable<string>? arguments = null,
        CancellationToken cancellation = default)
    {
        var port = FreePort.Take();
        var process = ChildProcess.Start(
            RealServers.Require("gnutls-serv"), ["--port", port.ToString(), "--http", .. Switches(options), .. arguments ?? []]);
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

    public async Task<IReadOnlyList<ServerHandshake>> WaitForHandshakesAsync(int atLeast, CancellationToken cancellation = default)
    {
        await Process.WaitForLinesAsync(GnutlsReport.IsLast, atLeast, cancellation);
        return Handshakes;
    }

    public ValueTask DisposeAsync() => Process.DisposeAsync();

    private static IEnumerable<string> Switches(TlsServerOptions options) =>
    [
        .. options.Certificates.SelectMany(certificate => (string[])["--x509certfile", certificate.ChainPath, "--x509keyfile", certificate.KeyPath]),
        .. options.ClientAuthorities is { } authorities
            ? ["--require-client-cert", "--verify-client-cert", "--x509cafile", authorities]
            : (string[])["--disable-client-cert"],
        "--priority", GnutlsNames.Priority(options),
        .. options.SessionIds ? Array.Empty<string>() : ["--nodb"],
        .. options.Tickets ? Array.Empty<string>() : ["--noticket"],
        .. options.ApplicationProtocols.SelectMany(protocol => (string[])["--alpn", protocol]),
    ];
}
