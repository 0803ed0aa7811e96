using LoadGen.Core.Handshakes;
using LoadGen.TestServers.Certificates;
using LoadGen.TestServers.Servers;

namespace LoadGen.TestServers.Tests;

public sealed class ResumptionTests(TestAuthority authority) : IClassFixture<TestAuthority>
{
    public static TheoryData<ServerKind, TlsVersion, bool, bool> Combinations => new(
        from kind in Enum.GetValues<ServerKind>()
        from way in ((TlsVersion, bool, bool)[])
        [
            (TlsVersion.Tls12, false, false), (TlsVersion.Tls12, true, false), (TlsVersion.Tls12, false, true), (TlsVersion.Tls13, false, true),
        ]
        select (kind, way.Item1, way.Item2, way.Item3));

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Combinations))]
    public async Task Server_resumes_in_the_ways_that_its_options_allow(ServerKind kind, TlsVersion version, bool ids, bool tickets)
    {
        await using var server = await kind.StartAsync(
            new TlsServerOptions { Certificates = [authority.Good()], SessionIds = ids, Tickets = tickets }, Cancellation);
        var client = new OpensslClient(authority);
        using var session = new TemporaryFile();

        await client.KeepSessionAsync(server, version, session.Path);
        await server.WaitForHandshakesAsync(1, Cancellation);
        // With neither id nor ticket there may be nothing to keep.
        await client.HandshakeAsync(server, version, new FileInfo(session.Path).Length > 0 ? ["-sess_in", session.Path] : []);

        var handshakes = await server.WaitForHandshakesAsync(2, Cancellation);
        var resumes = tickets || (ids && kind != ServerKind.Caddy);
        Assert.Equal([false, resumes], handshakes.Select(handshake => handshake.Resumed));
    }

    [Fact]
    public async Task Openssl_counts_what_it_resumed()
    {
        await using var server = await OpensslServer.StartAsync(authority.Good(), cancellation: Cancellation);
        var client = new OpensslClient(authority);
        using var session = new TemporaryFile();

        Assert.Equal(new OpensslStatistics(Finished: 0, Hits: 0, Misses: 0, Timeouts: 0), await server.ReadStatisticsAsync(Cancellation));
        await client.KeepSessionAsync(server, TlsVersion.Tls13, session.Path);
        await client.HandshakeAsync(server, TlsVersion.Tls13, "-sess_in", session.Path);

        Assert.Equal(new OpensslStatistics(Finished: 2, Hits: 1, Misses: 0, Timeouts: 0), await server.ReadStatisticsAsync(Cancellation));
    }
}
