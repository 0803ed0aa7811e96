using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using LoadGen.TestServers.Processes;

namespace LoadGen.TestServers.Servers;

/// <summary>
/// Node 24, which stands for a newer OpenSSL (3.5) than the system's, with <c>X25519MLKEM768</c>. It completes handshakes
/// and tells of them, and of those that failed, and leaves it to the client to close.
/// </summary>
public sealed class NodeServer : ITlsServer
{
    // With a list of one's own, those of TLS 1.3 must be in it.
    private const string Tls13Suites = "TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256";

    private NodeServer(ChildProcess process, IPEndPoint endPoint)
    {
        Process = process;
        EndPoint = endPoint;
    }

    public ChildProcess Process { get; }

    public IPEndPoint EndPoint { get; }

    public IReadOnlyList<ServerHandshake> Handshakes => [.. Process.StandardOutput.Where(IsHandshake).Select(Parse)];

    /// <summary>The codes of the handshakes that failed up to now, such as <c>ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE</c>.</summary>
    public IReadOnlyList<string> Failures => [.. Process.StandardOutput.Where(IsFailure).Select(line => (string)JsonNode.Parse(line)!["error"]!)];

    /// <summary>Starts it on a port that the system picks.</summary>
    public static async Task<NodeServer> StartAsync(TlsServerOptions options, CancellationToken cancellation = default)
    {
        var script = Path.Combine(AppContext.BaseDirectory, "Servers", "node-server.mjs");
        var process = ChildProcess.Start(RealServers.RequireNode(), [script, Configure(options)]);
        try
        {
            var line = await process.WaitForLineAsync("\"port\":", cancellation);
            return new NodeServer(process, new IPEndPoint(IPAddress.Loopback, (int)JsonNode.Parse(line)!["port"]!));
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    public async Task<IReadOnlyList<ServerHandshake>> WaitForHandshakesAsync(int atLeast, CancellationToken cancellation = default)
    {
        await Process.WaitForLinesAsync(IsHandshake, atLeast, cancellation);
        return Handshakes;
    }

    /// <summary>Waits until that many handshakes have failed.</summary>
    /// <returns>The codes of all that did.</returns>
    public async Task<IReadOnlyList<string>> WaitForFailuresAsync(int atLeast, CancellationToken cancellation = default)
    {
        await Process.WaitForLinesAsync(IsFailure, atLeast, cancellation);
        return Failures;
    }

    public ValueTask DisposeAsync() => Process.DisposeAsync();

    private static bool IsHandshake(string line) => line.StartsWith("{\"session\":", StringComparison.Ordinal);

    private static bool IsFailure(string line) => line.StartsWith("{\"error\":", StringComparison.Ordinal);

    private static ServerHandshake Parse(string line)
    {
        var told = JsonNode.Parse(line)!;
        return OpensslSession.Parse(Convert.FromBase64String((string)told["session"]!)) with
        {
            Resumed = (bool)told["resumed"]!,
            ServerName = (string?)told["serverName"],
            ApplicationProtocol = (string?)told["applicationProtocol"],
        };
    }

    private static string Configure(TlsServerOptions options) => JsonSerializer.Serialize(new
    {
        chains = options.Certificates.Select(certificate => certificate.ChainPath),
        keys = options.Certificates.Select(certificate => certificate.KeyPath),
        clientAuthorities = options.ClientAuthorities,
        minVersion = OpensslNames.Own(options.Versions.Min()),
        maxVersion = OpensslNames.Own(options.Versions.Max()),
        groups = OpensslNames.OwnGroupList(options.Groups),
        ciphers = options.CipherSuites.Count == 0 ? null : $"{Tls13Suites}:{OpensslNames.OwnSuiteList(options.CipherSuites)}",
        sessionIds = options.SessionIds,
        tickets = options.Tickets,
        applicationProtocols = options.ApplicationProtocols,
    });
}
