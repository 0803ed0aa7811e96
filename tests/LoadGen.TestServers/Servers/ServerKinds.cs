namespace LoadGen.TestServers.Servers;

/// <summary>Starts servers by their kind.</summary>
public static class ServerKinds
{
    public static async Task<ITlsServer> StartAsync(this ServerKind kind, TlsServerOptions options, CancellationToken cancellation = default) => kind switch
    {
        ServerKind.Nginx => await NginxServer.StartAsync(new NginxOptions(options), cancellation),
        ServerKind.Haproxy => await HaproxyServer.StartAsync(options, cancellation),
        ServerKind.Openssl => await OpensslServer.StartAsync(options, cancellation: cancellation),
        ServerKind.Gnutls => await GnutlsServer.StartAsync(options, cancellation: cancellation),
        ServerKind.Caddy => await CaddyServer.StartAsync(options, cancellation),
        ServerKind.Node => await NodeServer.StartAsync(options, cancellation),
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };
}
