using System.Net;

namespace LoadGen.Core.Plans;

/// <summary>What stands in for the resolver (<c>--resolve</c> of curl).</summary>
/// <param name="Host">The host that it is about; <see langword="null"/> for every one.</param>
/// <param name="Port">The port that it is about.</param>
/// <param name="Addresses">The addresses of that host at that port; at least one.</param>
public sealed record ResolveRule(string? Host, int Port, IReadOnlyList<IPAddress> Addresses)
{
    /// <summary>Whether it is about a host and port.</summary>
    public bool Matches(string host, int port) => port == Port && (Host is null || Host.Equals(host, StringComparison.OrdinalIgnoreCase));
}

/// <summary>Connects to another host and port than the target's, which keeps its server name (<c>--connect-to</c> of curl).</summary>
/// <param name="Host">The target's host; <see langword="null"/> for every one.</param>
/// <param name="Port">The target's port; <see langword="null"/> for every one.</param>
/// <param name="ToHost">Where to connect; <see langword="null"/> for the target's own host.</param>
/// <param name="ToPort">Where to connect; <see langword="null"/> for the target's own port.</param>
public sealed record ConnectToRule(string? Host, int? Port, string? ToHost, int? ToPort)
{
    /// <summary>Whether it is about a host and port.</summary>
    public bool Matches(string host, int port)
        => (Port is null || port == Port) && (Host is null || Host.Equals(host, StringComparison.OrdinalIgnoreCase));
}

/// <summary>Where the connections to a target go.</summary>
public static class Routes
{
    /// <summary>The host and port that the connection is to end at: the target's, or what a rule puts in their place.</summary>
    public static (string Host, int Port) EndOf(Plan plan, Target target)
        => plan.ConnectTo.FirstOrDefault(rule => rule.Matches(target.Host, target.Port)) is { } rule
            ? (rule.ToHost ?? target.Host, rule.ToPort ?? target.Port)
            : (target.Host, target.Port);

    /// <summary>The host and port that are dialled: the proxy's, where there is one.</summary>
    public static (string Host, int Port) DialledOf(Plan plan, Target target)
        => target.Proxy is { } proxy ? (proxy.Host, proxy.Port) : EndOf(plan, target);

    /// <summary>The addresses that a host has without asking the resolver; <see langword="null"/> if it must be asked.</summary>
    public static IReadOnlyList<IPAddress>? FixedAddresses(Plan plan, string host, int port)
        => plan.Resolve.FirstOrDefault(rule => rule.Matches(host, port))?.Addresses ?? (IPAddress.TryParse(host, out var literal) ? [literal] : null);
}

/// <summary>The versions of the PROXY protocol (HAProxy's proxy-protocol.txt), which tells a server who is behind a proxy.</summary>
public enum ProxyProtocol
{
    /// <summary>A line of text.</summary>
    V1,

    /// <summary>Binary.</summary>
    V2,
}

/// <summary>An HTTP proxy that opens a tunnel to the target with CONNECT (RFC 9110 section 9.3.6).</summary>
/// <param name="Host">A host name or an IP address, without brackets.</param>
/// <param name="Port">1 to 65535.</param>
/// <param name="Credentials"><c>user:password</c> for basic authentication (RFC 7617); <see langword="null"/> for none.</param>
public sealed record HttpProxy(string Host, int Port, string? Credentials)
{
    /// <summary>Without the credentials, which must not get into a log.</summary>
    public override string ToString() => Units.AddressText.Format(Host, Port);
}
