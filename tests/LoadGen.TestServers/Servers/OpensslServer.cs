using System.Net;
using System.Net.Sockets;
using LoadGen.Core.Handshakes;
using LoadGen.TestServers.Certificates;
using LoadGen.TestServers.Processes;

namespace LoadGen.TestServers.Servers;

/// <summary>
/// <c>openssl s_server</c>: one connection at a time, many switches, and a report of each handshake on its output, which
/// has all but the name that the client asked for.
/// </summary>
public sealed class OpensslServer : ITlsServer
{
    private const string Ready = "ACCEPT";

    private int _statisticsAsked;

    private OpensslServer(ChildProcess process, IPEndPoint endPoint)
    {
        Process = process;
        EndPoint = endPoint;
    }

    public ChildProcess Process { get; }

    public IPEndPoint EndPoint { get; }

    public IReadOnlyList<ServerHandshake> Handshakes => OpensslReport.ParseAll(Process.StandardOutput);

    /// <summary>Starts it on a port that the system picks, with the session cache that it has by default.</summary>
    /// <param name="certificate">Its certificate.</param>
    /// <param name="arguments">More switches, as for the other overload.</param>
    /// <param name="cancellation">Gives up.</param>
    public static Task<OpensslServer> StartAsync(
        CertificateFiles certificate,
        IEnumerable<string>? arguments = null,
        CancellationToken cancellation = default)
        => StartAsync(new TlsServerOptions { Certificates = [certificate], SessionIds = true }, arguments, cancellation: cancellation);

    /// <summary>Starts it.</summary>
    /// <param name="options">Of which it takes up to two certificates.</param>
    /// <param name="arguments">More switches, such as <c>-psk X</c>, <c>-www</c>, <c>-num_tickets 0</c>; not <c>-quiet</c> or <c>-brief</c>.</param>
    /// <param name="port">The port; 0 for one that the system picks.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task<OpensslServer> StartAsync(
        TlsServerOptions options,
        IEnumerable<string>? arguments = null,
        int port = 0,
        CancellationToken cancellation = default)
    {
        var process = ChildProcess.Start(RealServers.Require("openssl"), ["s_server", "-accept", $"127.0.0.1:{port}", .. Switches(options), .. arguments ?? []]);
        try
        {
            var line = await process.WaitForLineAsync(line => line.StartsWith(Ready, StringComparison.Ordinal), cancellation);

            // It tells its address only if the system has picked it.
            return new OpensslServer(process, port == 0 ? IPEndPoint.Parse(line[Ready.Length..].Trim()) : new IPEndPoint(IPAddress.Loopback, port));
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    public async Task<IReadOnlyList<ServerHandshake>> WaitForHandshakesAsync(int atLeast, CancellationToken cancellation = default)
    {
        await Process.WaitForLinesAsync(OpensslReport.IsLast, atLeast, cancellation);
        return Handshakes;
    }

    /// <summary>Asks for its own counters, once it has ended the connections before. Not with <c>-www</c>, where it takes no orders.</summary>
    public async Task<OpensslStatistics> ReadStatisticsAsync(CancellationToken cancellation = default)
    {
        _statisticsAsked++;
        await Process.WriteLineAsync("S", cancellation);
        // It takes orders only while it has a connection, and writes out what it has to say at the connection's end.
        using (var connection = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp))
        {
            await connection.ConnectAsync(EndPoint, cancellation);
        }

        await Process.WaitForLinesAsync(OpensslStatistics.IsLast, _statisticsAsked, cancellation);
        return OpensslStatistics.ParseLast(Process.StandardOutput);
    }

    public ValueTask DisposeAsync() => Process.DisposeAsync();

    private static IEnumerable<string> Switches(TlsServerOptions options)
    {
        if (options.Certificates.Count is not (1 or 2))
        {
            throw new ArgumentException("It takes one certificate or two.", nameof(options));
        }

        return
        [
            .. Identity(string.Empty, options.Certificates[0]),
            .. options.Certificates.Skip(1).SelectMany(second => Identity("d", second)),
            .. options.ClientAuthorities is { } authorities ? ["-CAfile", authorities, "-Verify", "9", "-verify_return_error"] : Array.Empty<string>(),
            .. options.Versions is [TlsVersion.Tls12] ? ["-tls1_2"] : Array.Empty<string>(),
            .. options.Versions is [TlsVersion.Tls13] ? ["-tls1_3"] : Array.Empty<string>(),
            .. options.Groups is [_, ..] ? ["-groups", OpensslNames.OwnGroupList(options.Groups)] : Array.Empty<string>(),
            .. options.CipherSuites is [_, ..] ? ["-cipher", OpensslNames.OwnSuiteList(options.CipherSuites)] : Array.Empty<string>(),
            .. options.SessionIds ? Array.Empty<string>() : ["-no_cache"],
            .. options.Tickets ? Array.Empty<string>() : ["-no_ticket"],
            .. options.ApplicationProtocols is [_, ..] ? ["-alpn", string.Join(',', options.ApplicationProtocols)] : Array.Empty<string>(),
        ];
    }

    private static string[] Identity(string prefix, CertificateFiles files) =>
    [
        $"-{prefix}cert", files.ChainPath, $"-{prefix}key", files.KeyPath,
        .. files.IntermediatesPath is { } intermediates ? [$"-{prefix}cert_chain", intermediates] : Array.Empty<string>(),
    ];
}
