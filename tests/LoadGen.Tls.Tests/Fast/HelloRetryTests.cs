using LoadGen.Core.Plans;
using LoadGen.TestServers.Certificates;
using LoadGen.Tls.Tests.Hostile;

namespace LoadGen.Tls.Tests.Fast;

/// <summary>HelloRetryRequest (RFC 8446 section 4.1.4) as real servers do not send it: with cookies.</summary>
public sealed class HelloRetryTests(TestAuthority authority) : IClassFixture<TestAuthority>
{
    [Theory]
    [InlineData(1)]
    [InlineData(32)]
    [InlineData(19_800)] // longer than a record
    public void A_cookie_is_sent_back_and_all_else_stays(int bytes)
    {
        using var server = new MemoryServer(authority);
        var tls = server.Begin();
        var (share, random, sessionId) = (tls.ClientShare, tls.ClientRandom, tls.SessionId);
        byte[] cookie = [.. Enumerable.Range(1, bytes).Select(n => (byte)n)];

        server.Offer([.. tls.HelloRetryRequest(null, cookie).Chunk(16_000).SelectMany(part => RawTls13.Record(RawTls13.Handshake, part))]);
        server.TakeClientHello(tls);
        server.Offer(tls.GoodFlight());

        Assert.Equal(cookie, tls.Cookie);
        Assert.Equal([.. share, .. random, .. sessionId], (byte[])[.. tls.ClientShare, .. tls.ClientRandom, .. tls.SessionId]);
        Assert.Null(server.Machine.Fault);
        Assert.True(server.Machine.Negotiated!.HelloRetryRequest);
    }

    [Fact]
    public void A_group_that_was_offered_without_a_share_gets_one()
    {
        using var server = new MemoryServer(authority, new Profile { Name = "p", Groups = ["secp256r1", "x25519"] });
        var tls = server.Begin();
        Assert.Empty(tls.ClientShare);

        server.Offer(RawTls13.Record(RawTls13.Handshake, tls.HelloRetryRequest(29, [7])));
        server.TakeClientHello(tls);
        server.Offer(tls.GoodFlight());

        Assert.Equal([7], tls.Cookie);
        Assert.Equal("x25519", server.Machine.Negotiated!.Group);
    }

    [Fact]
    public void A_request_that_asks_for_no_change_ends_the_handshake()
    {
        using var server = new MemoryServer(authority);
        var tls = server.Begin();

        server.Offer(RawTls13.Record(RawTls13.Handshake, tls.HelloRetryRequest(null)));

        Assert.Equal("illegal_parameter", server.Machine.Fault?.Alert);
    }
}
