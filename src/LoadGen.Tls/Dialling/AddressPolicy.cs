using System.Net;
using System.Net.Sockets;

namespace LoadGen.Tls.Dialling;

/// <summary>
/// Which addresses may be loaded: loopback and private ones always (RFC 1122, RFC 1918, RFC 4193), others only if the plan
/// authorises the host name or the address. Link-local addresses (RFC 3927, RFC 4291) are among the others, since clouds have their
/// metadata services there, and the shared ones of carriers (RFC 6598), which may be another customer's.
/// </summary>
internal sealed class AddressPolicy(IReadOnlyList<string> authorized)
{
    private static readonly IPNetwork[] Private =
    [
        IPNetwork.Parse("127.0.0.0/8"), IPNetwork.Parse("10.0.0.0/8"), IPNetwork.Parse("172.16.0.0/12"), IPNetwork.Parse("192.168.0.0/16"),
        IPNetwork.Parse("::1/128"), IPNetwork.Parse("fc00::/7"),
    ];

    private readonly IPNetwork[] _networks =
        [.. authorized.Select(NetworkOf).OfType<IPNetwork>()];

    private readonly HashSet<string> _hosts = new(authorized, StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether an address may be dialled.</summary>
    /// <param name="host">The host that resolved to it; <see langword="null"/> where its name gives no authority.</param>
    /// <param name="address">The address.</param>
    public bool Allows(string? host, IPAddress address)
    {
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return Array.Exists(Private, network => network.Contains(plain))
            || (host is not null && _hosts.Contains(host))
            || Array.Exists(_networks, network => network.Contains(plain));
    }

    /// <summary>Whether a host may be loaded whose address is not known here, since a proxy resolves its name.</summary>
    public bool AllowsUnresolved(string host)
        => IPAddress.TryParse(host, out var address) ? Allows(host, address) : _hosts.Contains(host) || host.Equals("localhost", StringComparison.OrdinalIgnoreCase);

    /// <summary>Explains a refusal, with the remedy.</summary>
    public static string Explain(string host, string? authority, IPAddress address)
        => $"{(host == address.ToString() ? "" : $"{host}: ")}{address} is neither loopback nor private; {Remedy(authority ?? address.ToString())}";

    /// <summary>Explains why a host behind a proxy is refused, with the remedy.</summary>
    public static string ExplainBehindProxy(string host) => $"{host} is reached through a proxy, so that its address cannot be checked here; {Remedy(host)}";

    private static string Remedy(string authority)
        => $"if you are allowed to load it, add '{authority}' to authorized: in the plan or pass --authorize {authority}";

    private static IPNetwork? NetworkOf(string text)
        => IPNetwork.TryParse(text, out var network) ? network
            : IPAddress.TryParse(text, out var address) ? new IPNetwork(address, address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128)
            : null;
}
