using System.Collections.Concurrent;
using System.Net;

namespace LoadGen.Tls.Dialling;

/// <summary>
/// Caches host name lookups: an answer for as long as DNS says (its time to live), or 30 s where that is not known; a failure for
/// 1 s. Load must not fall on the resolver, so connections that need the same name at the same time share one lookup.
/// </summary>
internal sealed class NameCache(INameService service, TimeProvider clock)
{
    private static readonly TimeSpan KeepUnknown = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan KeepLeast = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan KeepMost = TimeSpan.FromMinutes(10);

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
        return !answer.IsCompleted || clock.GetElapsedTime(entry.AskedAt) < (answer.IsCompletedSuccessfully ? entry.Keep : KeepLeast);
    }

    private Entry NewEntry(string host)
    {
        var entry = new Entry(clock.GetTimestamp()) { Keep = KeepUnknown };
        entry.Addresses = new Lazy<Task<IPAddress[]>>(() => LookUpAsync(host, entry));
        return entry;
    }

    private async Task<IPAddress[]> LookUpAsync(string host, Entry entry)
    {
        var addresses = await service.ResolveAsync(host);
        _ = FindLifetimeAsync(host, addresses, entry);
        return addresses;
    }

    // The addresses are those of the system's resolver, which knows of hosts files and search domains; only their lifetime is asked
    // of DNS, and believed where it has the same addresses. Nobody waits for it.
    private async Task FindLifetimeAsync(string host, IPAddress[] addresses, Entry entry)
    {
        if (await service.FindLifetimeAsync(host) is var (answer, lifetime) && addresses.All(answer.Contains))
        {
            entry.Keep = TimeSpan.FromTicks(Math.Clamp(lifetime.Ticks, KeepLeast.Ticks, KeepMost.Ticks));
        }
    }

    private sealed record Entry(long AskedAt)
    {
        private long _keepTicks;

        public Lazy<Task<IPAddress[]>> Addresses { get; set; } = null!;

        public TimeSpan Keep
        {
            get => new(Volatile.Read(ref _keepTicks));
            set => Volatile.Write(ref _keepTicks, value.Ticks);
        }
    }
}
