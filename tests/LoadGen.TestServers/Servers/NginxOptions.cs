using LoadGen.TestServers.Certificates;

namespace LoadGen.TestServers.Servers;

/// <summary>How an <see cref="NginxServer"/> is configured.</summary>
public sealed record NginxOptions
{
    /// <summary>One certificate for each kind of key that it serves.</summary>
    public required IReadOnlyList<CertificateFiles> Certificates { get; init; }

    /// <summary>The value of <c>ssl_protocols</c>.</summary>
    public string Protocols { get; init; } = "TLSv1.2 TLSv1.3";

    /// <summary>How many worker processes.</summary>
    public int Workers { get; init; } = 1;

    /// <summary>More directives for its servers, such as <c>ssl_ciphers AES128-GCM-SHA256;</c> or <c>ssl_session_tickets off;</c>.</summary>
    public string Directives { get; init; } = string.Empty;
}
