using System.Net;
using LoadGen.TestServers.Certificates;
using LoadGen.TestServers.Processes;

namespace LoadGen.TestServers.Servers;

/// <summary>
/// <c>openssl s_server</c>: one connection at a time, many switches, and a report of each handshake on its output.
/// </summary>
public sealed class OpensslServer : IAsyncDisposable
{
    private const string Ready = "ACCEPT 127.0.0.1:";

    private OpensslServer(ChildProcess process, IPEndPoint endPoint)
    {
        Process = process;
        EndPoint = endPoint;
    }

    public ChildProcess Process { get; }

    public IPEndPoint EndPoint { get; }

    /// <summary>The handshakes it has reported up to now, in order. A connection that failed has none.</summary>
    public IReadOnlyList<OpensslHandshake> Handshakes => OpensslHandshake.ParseAll(Process.StandardOutput);

    /// <summary>Starts it on a port that the system picks.</summary>
    /// <param name="certificate">Its certificate.</param>
    /// <param name="arguments">More switches, such as <c>-tls1_2</c>, <c>-cipher X</c>, <c>-groups X</c>, <c>-www</c>, <c>-num_tickets 0</c>; not <c>-quiet</c> or <c>-brief</c>.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task<OpensslServer> StartAsync(
        CertificateFiles certificate,
        IEnumerable<string>? arguments = null,
        CancellationToken cancellation = default)
    {
        var process = ChildProcess.Start(RealServers.Require("openssl"),
        [
            "s_server", "-accept", "127.0.0.1:0",
            "-cert", certificate.ChainPath, "-key", certificate.KeyPath,
            .. certificate.IntermediatesPath is { } intermediates ? ["-cert_chain", intermediates] : Array.Empty<string>(),
            .. arguments ?? [],
        ]);
        try
        {
            var line = await process.WaitForLineAsync(line => line.StartsWith(Ready, StringComparison.Ordinal), cancellation);
            return new OpensslServer(process, new IPEndPoint(IPAddress.Loopback, int.Parse(line.AsSpan(Ready.Length))));
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    public ValueTask DisposeAsync() => Process.DisposeAsync();
}
