using System.Diagnostics.CodeAnalysis;

namespace LoadGen.TestServers.Servers;

/// <summary>How an <see cref="NginxServer"/> is configured.</summary>
public sealed record NginxOptions : TlsServerOptions
{
    public NginxOptions()
    {
    }

    [SetsRequiredMembers]
    public NginxOptions(TlsServerOptions options)
        : base(options)
    {
    }

    /// <summary>How many worker processes.</summary>
    public int Workers { get; init; } = 1;

    /// <summary>The loopback addresses where it listens; the first is that of its end points.</summary>
    public IReadOnlyList<string> Addresses { get; init; } = ["127.0.0.1"];

    /// <summary>Whether it listens on a Unix domain socket too: <see cref="NginxServer.SocketPath"/>.</summary>
    public bool HasSocket { get; init; }

    /// <summary>More directives for its servers, such as <c>ssl_prefer_server_ciphers on;</c>.</summary>
    public string Directives { get; init; } = string.Empty;
}
