using System.Net;
using System.Net.Sockets;
using LoadGen.Tls.Dialling;

namespace LoadGen.Tls.Tests.Dialling;

public sealed class NameCacheTests
{
    private static readonly IPAddress One = IPAddress.Parse("10.0.0.1");
    private static readonly IPAddress Two = IPAddress.Parse("10.0.0.2");

    [Theory]
    [InlineData(5, 5)]
    [InlineData(0, 1)]
    [InlineData(86400, 600)]
    [InlineData(null, 30)]
    public async Task An_answer_is_kept_for_as_long_as_DNS_says(int? lifetime, int keptSeconds)
    {
        var clock = new ManualClock();
        var names = new FakeNames { Lifetime = lifetime is { } seconds ? TimeSpan.FromSeconds(seconds) : null };
        var cache = new NameCache(names, clock);

        await cache.Resolve("gateway").Addresses;
        clock.Advance(TimeSpan.FromSeconds(keptSeconds) - TimeSpan.FromMilliseconds(1));
        await cache.Resolve("gateway").Addresses;
        Assert.Equal(1, names.Asked);

        names.Addresses = [Two];
        clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal([Two], await cache.Resolve("GATEWAY").Addresses);
        Assert.Equal(2, names.Asked);
    }

    [Fact]
    public async Task A_lifetime_of_other_addresses_is_not_believed()
    {
        var clock = new ManualClock();
        var names = new FakeNames { Lifetime = TimeSpan.FromSeconds(1), InDns = [Two] };
        var cache = new NameCache(names, clock);

        await cache.Resolve("gateway").Addresses;
        clock.Advance(TimeSpan.FromSeconds(29));
        await cache.Resolve("gateway").Addresses;

        Assert.Equal(1, names.Asked);
    }

    [Fact]
    public async Task A_failure_is_kept_for_a_second()
    {
        var clock = new ManualClock();
        var names = new FakeNames { Addresses = [] };
        var cache = new NameCache(names, clock);

        await Assert.ThrowsAsync<SocketException>(() => cache.Resolve("gateway").Addresses);
        await Assert.ThrowsAsync<SocketException>(() => cache.Resolve("gateway").Addresses);
        Assert.Equal(1, names.Asked);
        names.Addresses = [One];
        clock.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal([One], await cache.Resolve("gateway").Addresses);
    }

    private sealed class FakeNames : INameService
    {
        public IPAddress[] Addresses { get; set; } = [One];

        public IPAddress[]? InDns { get; init; }

        public TimeSpan? Lifetime { get; init; }

        public int Asked { get; private set; }

        public Task<IPAddress[]> ResolveAsync(string host)
        {
            Asked++;
            return Addresses.Length > 0 ? Task.FromResult(Addresses) : Task.FromException<IPAddress[]>(new SocketException((int)SocketError.HostNotFound));
        }

        public Task<(IReadOnlySet<IPAddress> Addresses, TimeSpan Lifetime)?> FindLifetimeAsync(string host)
            => Task.FromResult(Lifetime is { } lifetime ? ((IReadOnlySet<IPAddress>)(InDns ?? Addresses).ToHashSet(), lifetime) : ((IReadOnlySet<IPAddress>, TimeSpan)?)null);
    }

    private sealed class ManualClock : TimeProvider
    {
        private long _ticks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _ticks;

        public void Advance(TimeSpan by) => _ticks += by.Ticks;
    }
}
