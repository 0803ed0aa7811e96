using System.Net;
using LoadGen.TestServers.Processes;

namespace LoadGen.TestServers.Servers;

/// <summary>tinyproxy with a folder of its own: an HTTP proxy that opens tunnels to one port.</summary>
public sealed class TinyproxyServer : IAsyncDisposable
{
    private readonly DirectoryInfo _folder;

    private TinyproxyServer(DirectoryInfo folder, ChildProcess process, int port)
    {
        _folder = folder;
        Process = process;
        EndPoint = new IPEndPoint(IPAddress.Loopback, port);
    }

    public IPEndPoint EndPoint { get; }

    /// <summary>The process, with the log on standard output.</summary>
    public ChildProcess Process { get; }

    /// <summary>Starts it on a free port.</summary>
    /// <param name="allowedPort">The port that tunnels may go to.</param>
    /// <param name="user">The user that it asks for; <see langword="null"/> for none.</param>
    /// <param name="password">The user's password.</param>
    /// <param name="cancellation">Ends the wait for it.</param>
    public static async Task<TinyproxyServer> StartAsync(int allowedPort, string? user = null, string? password = null, CancellationToken cancellation = default)
    {
        var program = RealServers.Require("tinyproxy");
        var folder = Directory.CreateTempSubdirectory("loadgen-tinyproxy-");
        var port = FreePort.Take();
        var configuration = Path.Combine(folder.FullName, "tinyproxy.conf");
        await File.WriteAllTextAsync(configuration, $"""
            Port {port}
            Listen 127.0.0.1
            Timeout 60
            MaxClients 200
            LogLevel Info
            ConnectPort {allowedPort}
            {(user is null ? string.Empty : $"BasicAuth {user} {password}")}

            """, cancellation);
        var server = new TinyproxyServer(folder, ChildProcess.Start(program, ["-d", "-c", configuration]), port);
        try
        {
            await server.Process.WaitForLineAsync("Accepting connections", cancellation);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Process.DisposeAsync();
        _folder.Delete(recursive: true);
    }
}
