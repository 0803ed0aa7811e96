using System.Net;
using DnsClient;
using DnsClient.Protocol;

namespace LoadGen.Tls.Dialling;

/// <summary>Looks up host names.</summary>
internal interface INameService
{
    /// <summary>The addresses that the system's resolver gives.</summary>
    /// <exception cref="System.Net.Sockets.SocketException">The name does not resolve.</exception>
    Task<IPAddress[]> ResolveAsync(string host);

    /// <summary>The addresses that DNS has for a name, and for how long; <see langword="null"/> where it has none, or does not answer. Never throws.</summary>
    Task<(IReadOnlySet<IPAddress> Addresses, TimeSpan Lifetime)?> FindLifetimeAsync(string host);
}

/// <summary>The system's resolver, and its name servers for what that does not tell.</summary>
internal sealed class SystemNames : INameService
{
    private static readonly QueryType[] Kinds = [QueryType.A, QueryType.AAAA];

    private readonly Lazy<LookupClient> _servers = new(() => new LookupClient(new LookupClientOptions { UseCache = false, Retries = 1, Timeout = TimeSpan.FromSeconds(2) }));

    public static SystemNames Instance { get; } = new();

    public Task<IPAddress[]> ResolveAsync(string host) => Dns.GetHostAddressesAsync(host);

    public async Task<(IReadOnlySet<IPAddress> Addresses, TimeSpan Lifetime)?> FindLifetimeAsync(string host)
    {
        try
        {
            var answers = await Task.WhenAll(Kinds.Select(kind => _servers.Value.QueryAsync(host, kind)));
            var records = answers.SelectMany(answer => answer.Answers).ToList();
            var addresses = records.OfType<AddressRecord>().Select(record => record.Address).ToHashSet();
            return addresses.Count == 0 ? null : (addresses, TimeSpan.FromSeconds(records.Min(record => record.InitialTimeToLive)));
        }
        catch (Exception error) when (error is DnsResponseException or InvalidOperationException or ArgumentException or IOException or System.Net.Sockets.SocketException)
        {
            // Without a name server that answers, the lifetime is not known.
            return null;
        }
    }
}
