using System.Net;
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

    /// <summary>1 to 65535; 0 for a Unix domain socket.</summary>
    public required int Port { get; init; }

    /// <summary>The path of a Unix domain socket that is dialled instead of host and port; <see langword="null"/> for none.</summary>
    public string? SocketPath { get; init; }

    /// <summary>
    /// The name the certificate must have, by default the host. It is sent as SNI (RFC 6066 section 3), unless it is an IP address
    /// or <see cref="Sni"/> says otherwise.
    /// </summary>
    public required string ServerName { get; init; }

    /// <summary>More names, each taken in turn with <see cref="ServerName"/>; may be empty.</summary>
    public IReadOnlyList<string> FurtherServerNames { get; init; } = [];

    /// <summary>All names, in the order of their turns.</summary>
    public IEnumerable<string> ServerNames => FurtherServerNames.Prepend(ServerName);

    /// <summary>
    /// The name sent as SNI in the place of <see cref="ServerName"/>; empty to send none; <see langword="null"/> to send the server name.
    /// </summary>
    public string? Sni { get; init; }

    /// <summary>The HTTP proxy that connections go through; <see langword="null"/> for none.</summary>
    public HttpProxy? Proxy { get; init; }

    /// <summary>The header that tells the server whom a connection is from; <see langword="null"/> for none.</summary>
    public ProxyProtocol? ProxyProtocol { get; init; }

    /// <summary>Made-up client addresses for that header, each connection the next; <see langword="null"/> for the connection's own.</summary>
    public IPNetwork? ProxyClients { get; init; }

    /// <summary>The protocol spoken before TLS; <see langword="null"/> for none.</summary>
    public StartTlsProtocol? StartTls { get; init; }

    /// <summary>Who may sign the certificate.</summary>
    public Trust Trust { get; init; } = Trust.System;

    /// <summary><c>host:port</c>, an IPv6 host in brackets, or <c>unix:/path</c>.</summary>
    public string Address => SocketPath is null ? AddressText.Format(Host, Port) : AddressText.UnixPrefix + SocketPath;
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
