using LoadGen.Core.Handshakes;

namespace LoadGen.Core.Plans;

/// <summary>An address to load, with its server name and trust.</summary>
public sealed record Target
{
    /// <summary>The alias in metrics and reports; unique in the plan.</summary>
    public required string Name { get; init; }

    /// <summary>A host name or an IP address, without brackets.</summary>
    public required string Host { get; init; }

    /// <summary>1 to 65535.</summary>
    public required int Port { get; init; }

    /// <summary>
    /// The name the certificate must have, sent as SNI (RFC 6066 section 3) unless it is an IP address. By default the host.
    /// </summary>
    public required string ServerName { get; init; }

    /// <summary>More names, each taken in turn with <see cref="ServerName"/>; may be empty.</summary>
    public IReadOnlyList<string> FurtherServerNames { get; init; } = [];

    /// <summary>The protocol spoken before TLS; <see langword="null"/> for none.</summary>
    public StartTlsProtocol? StartTls { get; init; }

    /// <summary>Who may sign the certificate.</summary>
    public Trust Trust { get; init; } = Trust.System;

    /// <summary><c>host:port</c>, an IPv6 host in brackets.</summary>
    public string Address => Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]:{Port}" : $"{Host}:{Port}";
}
