namespace LoadGen.Core.Handshakes;

/// <summary>The names of failure kinds in results, metrics and reports: snake case, stable from the first version.</summary>
public static class FailureKindNames
{
    private static readonly string[] Names =
    [
        "dns_failure", "not_authorized", "connection_refused", "connect_timeout", "unreachable", "connection_reset",
        "handshake_timeout", "alert_received", "alert_sent", "closed_early", "certificate_untrusted", "certificate_expired",
        "certificate_not_yet_valid", "certificate_wrong_name", "certificate_invalid", "protocol_error",
        "unexpected_resumption", "starttls_refused", "ports_exhausted", "files_exhausted", "cancelled", "internal_error",
    ];

    /// <summary>All names, in the order of <see cref="FailureKind"/>.</summary>
    public static IReadOnlyList<string> All => Names;

    /// <summary>The name of a failure kind, such as <c>handshake_timeout</c>.</summary>
    public static string Name(this FailureKind kind) => Names[(int)kind];

    /// <summary>The name of a side: <c>server</c>, <c>client</c>, <c>network</c> or <c>generator</c>.</summary>
    public static string Name(this FaultSide side) => side switch
    {
        FaultSide.Server => "server",
        FaultSide.Client => "client",
        FaultSide.Network => "network",
        _ => "generator",
    };
}
