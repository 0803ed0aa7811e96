using LoadGen.Core.Handshakes;
using LoadGen.Core.Plans.Units;

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

    /// <summary>All names, in the order of their turns.</summary>
    public IEnumerable<string> ServerNames => FurtherServerNames.Prepend(ServerName);

    /// <summary>The protocol spoken before TLS; <see langword="null"/> for none.</summary>
    public StartTlsProtocol? StartTls { get; init; }

    /// <summary>Who may sign the certificate.</summary>
    public Trust Trust { get; init; } = Trust.System;

    /// <summary><c>host:port</c>, an IPv6 host in brackets.</summary>
    public string Address => AddressText.Format(Host, Port);
}

/// <summary>Which server certificates are accepted. A closed set: <see cref="System"/>, <see cref="Insecure"/> or <see cref="Authorities"/>.</summary>
public abstract record Trust
{
    private Trust()
    {
    }

    /// <summary>The operating system's store.</summary>
    public static Trust System { get; } = new SystemStore();

    /// <summary>Any certificate: neither chain, dates nor name are checked.</summary>
    public static Trust Insecure { get; } = new Anything();

    /// <summary>The authorities of the operating system.</summary>
    public sealed record SystemStore : Trust;

    /// <summary>Nothing is checked.</summary>
    public sealed record Anything : Trust;

    /// <summary>Only the given authorities.</summary>
    /// <param name="Pem">One or more certificates in PEM; the text, not a path, so that a plan can travel to other hosts.</param>
    public sealed record Authorities(string Pem) : Trust;
}
