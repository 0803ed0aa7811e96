using System.Net;
using System.Text.Json.Nodes;
using LoadGen.Core.Handshakes;
using LoadGen.TestServers.Processes;

namespace LoadGen.TestServers.Servers;

/// <summary>
/// caddy with a folder of its own, which stands for Go's TLS. It answers HTTP and tells of requests, so of a handshake only
/// once a request came after it, and twice if two did. It tells neither the group nor more of the client's subject than its
/// common name, and resumes by tickets only.
/// </summary>
public sealed class CaddyServer : ITlsServer
{
    private const string Ready = "serving initial configuration";

    private readonly DirectoryInfo _folder;

    private CaddyServer(DirectoryInfo folder, ChildProcess process, int port)
    {
        _folder = folder;
        Process = process;
        EndPoint = new IPEndPoint(IPAddress.Loopback, port);
    }

    /// <summary>The process, with its log on standard error.</summary>
    public ChildProcess Process { get; }

    public IPEndPoint EndPoint { get; }

    public IReadOnlyList<ServerHandshake> Handshakes => [.. Process.StandardError.Where(CaddyLog.IsRequest).Select(CaddyLog.Parse)];

    /// <summary>Starts it on a free port. It ignores <see cref="TlsServerOptions.SessionIds"/>.</summary>
    public static async Task<CaddyServer> StartAsync(TlsServerOptions options, CancellationToken cancellation = default)
    {
        var program = RealServers.Require("caddy");
        var folder = Directory.CreateTempSubdirectory("loadgen-caddy-");
        var port = FreePort.Take();
        var configuration = Path.Combine(folder.FullName, "caddy.json");
        await File.WriteAllTextAsync(configuration, Configure(options, folder.FullName, port).ToJsonString(), cancellation);

        // It would write to the user's folders too.
        var environment = new Dictionary<string, string?> { ["HOME"] = folder.FullName, ["XDG_DATA_HOME"] = null, ["XDG_CONFIG_HOME"] = null };
        var server = new CaddyServer(folder, ChildProcess.Start(program, ["run", "--config", configuration], environment), port);
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
        await Process.WaitForLinesAsync(CaddyLog.IsRequest, atLeast, cancellation);
        return Handshakes;
    }

    public async ValueTask DisposeAsync()
    {
        await Process.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private static JsonObject Configure(TlsServerOptions options, string folder, int port) => new()
    {
        ["admin"] = new JsonObject { ["disabled"] = true, ["config"] = new JsonObject { ["persist"] = false } },
        ["storage"] = new JsonObject { ["module"] = "file_system", ["root"] = folder },
        ["apps"] = new JsonObject
        {
            ["http"] = new JsonObject
            {
                ["servers"] = new JsonObject
                {
                    ["tls"] = new JsonObject
                    {
                        ["listen"] = List([$"127.0.0.1:{port}"]),
                        ["protocols"] = List(["h1", "h2"]),
                        ["automatic_https"] = new JsonObject { ["disable"] = true },
                        // A name in HTTP other than that in TLS is no matter here.
                        ["strict_sni_host"] = false,
                        ["logs"] = new JsonObject(),
                        ["routes"] = new JsonArray(new JsonObject
                        {
                            ["handle"] = new JsonArray(new JsonObject { ["handler"] = "static_response", ["body"] = "ok\n" }),
                        }),
                        ["tls_connection_policies"] = new JsonArray(Policy(options)),
                    },
                },
            },
            ["tls"] = new JsonObject
            {
                ["certificates"] = new JsonObject
                {
                    ["load_files"] = new JsonArray([.. options.Certificates.Select(certificate => new JsonObject
                    {
                        ["certificate"] = certificate.ChainPath,
                        ["key"] = certificate.KeyPath,
                    })]),
                },
                ["session_tickets"] = new JsonObject { ["disabled"] = !options.Tickets },
            },
        },
    };

    private static JsonObject Policy(TlsServerOptions options)
    {
        var policy = new JsonObject
        {
            // For clients that ask for no name, as they do not for an address.
            ["default_sni"] = "localhost",
            ["protocol_min"] = Name(options.Versions.Min()),
            ["protocol_max"] = Name(options.Versions.Max()),
        };
        AddList("curves", options.Groups);
        AddList("cipher_suites", options.CipherSuites);
        AddList("alpn", options.ApplicationProtocols);
        if (options.ClientAuthorities is { } authorities)
        {
            policy["client_authentication"] = new JsonObject { ["trusted_ca_certs_pem_files"] = List([authorities]), ["mode"] = "require_and_verify" };
        }

        return policy;

        void AddList(string name, IReadOnlyList<string> values)
        {
            if (values.Count > 0)
            {
                policy[name] = List(values);
            }
        }
    }

    private static JsonArray List(IEnumerable<string> values) => [.. values.Select(value => JsonValue.Create(value))];

    private static string Name(TlsVersion version) => version == TlsVersion.Tls12 ? "tls1.2" : "tls1.3";
}
