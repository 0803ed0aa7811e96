using System.Net;
using System.Net.Sockets;
using LoadGen.Core.Plans;

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

    /// <summary>Whether a target may be dialled at an address that its host resolved to.</summary>
    public bool Allows(Target target, IPAddress address)
    {
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return Array.Exists(Private, network => network.Contains(plain))
            || _hosts.Contains(target.Host)
            || Array.Exists(_networks, network => network.Contains(plain));
    }

    /// <summary>Explains a refusal, with the remedy.</summary>
    public static string Explain(Target target, IPAddress address)
        => $"{(target.Host == address.ToString() ? "" : $"{target.Host}: ")}{address} is neither loopback nor private; if you are allowed to load it, add '{target.Host}' to authorized: in the plan or pass --authorize {target.Host}";

    private static IPNetwork? NetworkOf(string text)
        => IPNetwork.TryParse(text, out var network) ? network
            : IPAddress.TryParse(text, out var address) ? new IPNetwork(address, address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128)
            : null;
}
