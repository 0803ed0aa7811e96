using System.Collections.Concurrent;
using System.Net;

namespace LoadGen.Tls.Dialling;

/// <summary>
/// Caches host name lookups: 30 s for an answer, 1 s for a failure. Load must not fall on the resolver, so connections that
/// need the same name at the same time share one lookup.
/// </summary>
internal sealed class NameCache(TimeProvider clock)
{
    private static readonly TimeSpan KeepAnswer = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan KeepFailure = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<string, Entry> _entries = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The addresses of a host, and whether the caller has to wait for the lookup.</summary>
    /// <exception cref="System.Net.Sockets.SocketException">The name does not resolve.</exception>
    public (Task<IPAddress[]> Addresses, bool Fresh) Resolve(string host)
    {
        var entry = _entries.AddOrUpdate(host, NewEntry, (name, present) => IsCurrent(present) ? present : NewEntry(name));
        return (entry.Addresses.Value, !entry.Addresses.Value.IsCompleted);
    }

    private bool IsCurrent(Entry entry)
    {
        var answer = entry.Addresses.Value;
        return !answer.IsCompleted || clock.GetElapsedTime(entry.AskedAt) < (answer.IsCompletedSuccessfully ? KeepAnswer : KeepFailure);
    }

    private Entry NewEntry(string host) => new(new Lazy<Task<IPAddress[]>>(() => Dns.GetHostAddressesAsync(host)), clock.GetTimestamp());

    private sealed record Entry(Lazy<Task<IPAddress[]>> Addresses, long AskedAt);
}
