using System.Net;
using LoadGen.TestServers.Processes;

namespace LoadGen.TestServers.Servers;

/// <summary>
/// nginx with a folder of its own, on two ports: one logs each TLS connection, the other answers HTTP. The first is a
/// <c>stream</c> server because an <c>http</c> server logs requests, so that a connection without one would go unseen.
/// It checks the client's certificate after the handshake, which is completed even where there is none: it then closes.
/// </summary>
public sealed class NginxServer : ITlsServer
{
    // Debian has the stream module in a package of its own; elsewhere it is part of the program.
    private const string StreamModule = "/usr/lib/nginx/modules/ngx_stream_module.so";

    private readonly DirectoryInfo _folder;
    private readonly ChildProcess _process;

    private NginxServer(DirectoryInfo folder, ChildProcess process, int port, int httpPort)
    {
        _folder = folder;
        _process = process;
        EndPoint = new IPEndPoint(IPAddress.Loopback, port);
        HttpEndPoint = new IPEndPoint(IPAddress.Loopback, httpPort);
    }

    /// <summary>Where it completes handshakes, logs them and closes.</summary>
    public IPEndPoint EndPoint { get; }

    /// <summary>Where it answers every HTTP request with 200.</summary>
    public IPEndPoint HttpEndPoint { get; }

    /// <summary>How many handshakes it has completed there: those of the requests that it answered, and of clients that left without one.</summary>
    public int HttpHandshakes => File.ReadLines(RequestsPath).Count(line => line == "200")
        + File.ReadLines(HttpErrorsPath).Count(line => line.Contains("while waiting for request", StringComparison.Ordinal));

    /// <summary>The handshakes completed on <see cref="EndPoint"/> up to now, in the order in which their connections ended.</summary>
    public IReadOnlyList<ServerHandshake> Handshakes
    {
        get
        {
            using var file = new FileStream(LogPath, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var reader = new StreamReader(file);
            var text = reader.ReadToEnd();
            // A line that nginx is writing at this moment is read next time.
            var lines = text[..(text.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries);
            return [.. lines.Select(NginxLog.TryParse).OfType<ServerHandshake>()];
        }
    }

    /// <summary>The master process, for signals and its error log on standard error.</summary>
    public ChildProcess Process => _process;

    /// <summary>The Unix domain socket where it does the same as on <see cref="EndPoint"/>, if its options say so.</summary>
    public string SocketPath => Path.Combine(_folder.FullName, "nginx.sock");

    private string HttpErrorsPath => Path.Combine(_folder.FullName, "http-errors.log");

    private string RequestsPath => Path.Combine(_folder.FullName, "requests.log");

    private string LogPath => Path.Combine(_folder.FullName, "sessions.log");

    /// <summary>Starts it on free ports; ready when its workers are.</summary>
    public static async Task<NginxServer> StartAsync(NginxOptions options, CancellationToken cancellation = default)
    {
        var program = RealServers.Require("nginx");
        if (File.Exists("/etc/debian_version") && !File.Exists(StreamModule))
        {
            RealServers.Missing("nginx's stream module", "libnginx-mod-stream");
        }

        var folder = Directory.CreateTempSubdirectory("loadgen-nginx-");
        var port = FreePort.Take();
        var httpPort = FreePort.Take();
        var configuration = Path.Combine(folder.FullName, "nginx.conf");
        await File.WriteAllTextAsync(configuration, Configure(options, folder.FullName, port, httpPort), cancellation);

        var process = ChildProcess.Start(program, ["-p", folder.FullName, "-c", configuration, "-e", "stderr"]);
        var server = new NginxServer(folder, process, port, httpPort);
        try
        {
            // It listens before it starts its workers.
            await process.WaitForLineAsync("start worker process ", cancellation);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Waits until that many handshakes have been logged.</summary>
    /// <returns>All that were.</returns>
    /// <exception cref="TimeoutException">There were fewer for <see cref="ChildProcess.Patience"/>.</exception>
    public async Task<IReadOnlyList<ServerHandshake>> WaitForHandshakesAsync(int atLeast, CancellationToken cancellation = default)
    {
        await WaitForLogAsync(Path.GetFileName(LogPath), () => Handshakes.Count, atLeast, cancellation);
        return Handshakes;
    }

    /// <summary>Waits until that many handshakes have been completed on <see cref="HttpEndPoint"/>.</summary>
    /// <returns>How many were.</returns>
    /// <exception cref="TimeoutException">There were fewer for <see cref="ChildProcess.Patience"/>.</exception>
    public async Task<int> WaitForHttpHandshakesAsync(int atLeast, CancellationToken cancellation = default)
    {
        await WaitForLogAsync("*.log", () => HttpHandshakes, atLeast, cancellation);
        return HttpHandshakes;
    }

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private async Task WaitForLogAsync(string files, Func<int> count, int atLeast, CancellationToken cancellation)
    {
        using var written = new SemaphoreSlim(0);
        using var watcher = new FileSystemWatcher(_folder.FullName, files);
        watcher.Changed += (_, _) => written.Release();
        watcher.EnableRaisingEvents = true;
        while (count() < atLeast)
        {
            if (!await written.WaitAsync(ChildProcess.Patience, cancellation))
            {
                throw new TimeoutException($"nginx logged {count()}, not {atLeast}.");
            }
        }
    }

    private static string Configure(NginxOptions options, string folder, int port, int httpPort)
    {
        var tls = string.Join("\n    ", Directives(options));
        var protocols = options.ApplicationProtocols;
        return $$"""
            {{(File.Exists(StreamModule) ? $"load_module {StreamModule};" : string.Empty)}}
            daemon off;
            worker_processes {{options.Workers}};
            worker_rlimit_nofile 20000;
            pid {{folder}}/nginx.pid;
            error_log stderr notice;
            events { worker_connections 16384; }
            stream {
              log_format session '{{NginxLog.Format}}';
              access_log {{folder}}/sessions.log session;
              server {
                {{string.Join("\n    ", options.Addresses.Select(address => $"listen {address}:{port} ssl{(options.ProxyProtocol ? " proxy_protocol" : string.Empty)} backlog=65535;"))}}
                {{(options.HasSocket ? $"listen unix:{folder}/nginx.sock ssl;" : string.Empty)}}
                {{tls}}
                {{(protocols.Count == 0 ? string.Empty : $"ssl_alpn {string.Join(' ', protocols)};")}}
                {{SessionCache(options, "stream")}}
                return '';
              }
            }
            http {
              log_format request '$status';
              access_log {{folder}}/requests.log request;
              error_log {{folder}}/http-errors.log info;
              client_body_temp_path {{folder}}/body;
              proxy_temp_path {{folder}}/proxy;
              fastcgi_temp_path {{folder}}/fastcgi;
              uwsgi_temp_path {{folder}}/uwsgi;
              scgi_temp_path {{folder}}/scgi;
              server {
                listen 127.0.0.1:{{httpPort}} ssl backlog=65535;
                {{tls}}
                {{SessionCache(options, "http")}}
                return 200 'ok\n';
              }
            }
            """;
    }

    private static IEnumerable<string> Directives(NginxOptions options) =>
    [
        .. options.Certificates.Select(certificate => $"ssl_certificate {certificate.ChainPath}; ssl_certificate_key {certificate.KeyPath};"),
        $"ssl_protocols {string.Join(' ', options.Versions.Select(OpensslNames.Own))};",
        .. options.ClientAuthorities is { } authorities ? [$"ssl_verify_client on; ssl_client_certificate {authorities};"] : Array.Empty<string>(),
        .. options.Groups is [_, ..] ? [$"ssl_ecdh_curve {OpensslNames.OwnGroupList(options.Groups)};"] : Array.Empty<string>(),
        .. options.CipherSuites is [_, ..] ? [$"ssl_ciphers {OpensslNames.OwnSuiteList(options.CipherSuites)};"] : Array.Empty<string>(),
        .. options.Tickets ? Array.Empty<string>() : ["ssl_session_tickets off;"],
        options.Directives,
    ];

    // A zone of memory belongs to one of the modules.
    private static string SessionCache(NginxOptions options, string module) => options.SessionIds ? $"ssl_session_cache shared:{module}:10m;" : string.Empty;
}
