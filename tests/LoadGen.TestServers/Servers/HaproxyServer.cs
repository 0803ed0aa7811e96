using System.Net;
using LoadGen.TestServers.Processes;

namespace LoadGen.TestServers.Servers;

/// <summary>
/// haproxy with a folder of its own: it completes handshakes, logs them, whether a request comes after them or not, and
/// closes; or it answers HTTP requests. It does not tell the group; one that is its only choice is known all the same. A client of
/// TLS 1.3 that closes or resets at once after its Finished may be seen as one that left within the handshake.
/// </summary>
public sealed class HaproxyServer : ITlsServer
{
    // With a master, which binds before it says this, its start can be seen; without one it says nothing.
    private const string Ready = "Loading success";

    private readonly DirectoryInfo _folder;

    private HaproxyServer(DirectoryInfo folder, ChildProcess process, int port)
    {
        _folder = folder;
        Process = process;
        EndPoint = new IPEndPoint(IPAddress.Loopback, port);
    }

    /// <summary>The master process, with the log on standard output.</summary>
    public ChildProcess Process { get; }

    public IPEndPoint EndPoint { get; }

    /// <summary>The lines of its log about connections whose handshake failed.</summary>
    public IReadOnlyList<string> Failures => [.. Process.StandardOutput.Where(HaproxyLog.IsFailure)];

    public IReadOnlyList<ServerHandshake> Handshakes => [.. Process.StandardOutput.Where(HaproxyLog.IsHandshake).Select(HaproxyLog.Parse)];

    /// <summary>Starts it on a free port.</summary>
    public static async Task<HaproxyServer> StartAsync(TlsServerOptions options, CancellationToken cancellation = default)
    {
        var program = RealServers.Require("haproxy");
        var folder = Directory.CreateTempSubdirectory("loadgen-haproxy-");
        var port = FreePort.Take();
        var configuration = Path.Combine(folder.FullName, "haproxy.cfg");
        await File.WriteAllTextAsync(configuration, await ConfigureAsync(options, folder.FullName, port, cancellation), cancellation);

        var server = new HaproxyServer(folder, ChildProcess.Start(program, ["-W", "-f", configuration]), port);
        try
        {
            await server.Process.WaitForLineAsync(Ready, cancellation);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    public async Task<IReadOnlyList<ServerHandshake>> WaitForHandshakesAsync(int atLeast, CancellationToken cancellation = default)
    {
        await Process.WaitForLinesAsync(HaproxyLog.IsHandshake, atLeast, cancellation);
        return Handshakes;
    }

    public async ValueTask DisposeAsync()
    {
        await Process.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private static async Task<string> ConfigureAsync(TlsServerOptions options, string folder, int port, CancellationToken cancellation) => $"""
        global
          log stdout format raw local0
          nbthread 1
          # Without it there is no key exchange with finite fields.
          tune.ssl.default-dh-param 2048
          {(options.SessionIds ? string.Empty : "tune.ssl.cachesize 0")}
        defaults
          mode {(options.AnswersHttp ? "http" : "tcp")}
          timeout client 60s
        frontend tls
          bind 127.0.0.1:{port}{(options.ProxyProtocol ? " accept-proxy" : string.Empty)} ssl {string.Join(' ', await BindAsync(options, folder, cancellation))}
          log global
          log-format "{HaproxyLog.Format}"
          {(options.AnswersHttp ? "http-request return status 200" : "tcp-request content reject")}

        """;

    private static async Task<IEnumerable<string>> BindAsync(TlsServerOptions options, string folder, CancellationToken cancellation)
    {
        var bundles = new List<string>();
        foreach (var certificate in options.Certificates)
        {
            // It wants a certificate and its key in one file.
            var bundle = Path.Combine(folder, $"{bundles.Count}.pem");
            await File.WriteAllTextAsync(bundle, certificate.ChainPem + "\n" + await File.ReadAllTextAsync(certificate.KeyPath, cancellation), cancellation);
            bundles.Add(bundle);
        }

        return
        [
            .. bundles.Select(bundle => $"crt {bundle}"),
            $"ssl-min-ver {OpensslNames.Own(options.Versions.Min())} ssl-max-ver {OpensslNames.Own(options.Versions.Max())}",
            .. options.ClientAuthorities is { } authorities ? [$"verify required ca-file {authorities}"] : Array.Empty<string>(),
            .. options.Groups is [_, ..] ? [$"curves {OpensslNames.OwnGroupList(options.Groups)}"] : Array.Empty<string>(),
            .. options.CipherSuites is [_, ..] ? [$"ciphers {OpensslNames.OwnSuiteList(options.CipherSuites)}"] : Array.Empty<string>(),
            .. options.Tickets ? Array.Empty<string>() : ["no-tls-tickets"],
            .. options.ApplicationProtocols is [_, ..] ? [$"alpn {string.Join(',', options.ApplicationProtocols)}"] : Array.Empty<string>(),
        ];
    }
}
