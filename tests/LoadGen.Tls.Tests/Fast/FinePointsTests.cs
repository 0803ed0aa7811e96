using LoadGen.Core.Handshakes;
using LoadGen.Core.Plans;
using LoadGen.TestServers.Certificates;
using LoadGen.Tls.Tests.Hostile;

namespace LoadGen.Tls.Tests.Fast;

/// <summary>Rules of RFC 8446 that only strict servers hold a client to; BoringSSL's test runner is one.</summary>
public sealed class FinePointsTests(TestAuthority authority) : IClassFixture<TestAuthority>
{
    [Fact]
    public void An_alert_is_the_second_flight_and_has_the_change_cipher_spec_before_it()
    {
        using var server = new MemoryServer(authority);
        var tls = server.Begin();
        var hello = RawTls13.Record(RawTls13.Handshake, tls.ServerHello());
        tls.UseHandshakeKeys();

        server.Offer([.. hello, .. tls.Seal(RawTls13.Handshake, tls.Finished())]);

        Assert.Equal("unexpected_message", server.Machine.Fault?.Alert);
        Assert.Equal([RawTls13.ChangeCipherSpec, RawTls13.ApplicationData], server.TakeRecords().Select(record => record[0]));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void There_is_one_change_cipher_spec_in_a_handshake(bool isRetried)
    {
        using var server = new MemoryServer(authority, new Profile { Name = "p", Groups = isRetried ? ["secp256r1", "x25519"] : ["x25519"] });
        var tls = server.Begin();
        byte[] types = [];
        if (isRetried)
        {
            server.Offer(RawTls13.Record(RawTls13.Handshake, tls.HelloRetryRequest(29)));
            var records = server.TakeRecords();
            types = [.. records.Select(record => record[0])];
            tls.TakeClientHello(records[^1].AsSpan(5));
        }

        server.Offer(tls.GoodFlight());
        types = [.. types, .. server.TakeRecords().Select(record => record[0])];

        Assert.NotNull(server.Machine.Negotiated);
        Assert.Equal(isRetried ? [20, 22, 23] : [20, 23], types);
    }

    [Fact]
    public void However_often_a_server_asks_for_new_keys_they_come_once_and_before_data()
    {
        using var server = new MemoryServer(authority, new Profile { Name = "p", Confirm = Confirm.Http });
        var tls = server.Begin();
        server.Offer(tls.GoodFlight());
        server.TakeRecords();

        server.Offer([.. tls.KeyUpdate(asksForOne: true), .. tls.KeyUpdate(), .. tls.KeyUpdate(asksForOne: true)]);
        var answers = server.TakeRecords();
        server.Machine.Ask();
        var request = server.TakeRecords();

        const int KeyUpdateBytes = 5 + 5 + 1 + 16;
        Assert.Empty(answers);
        Assert.Equal(2, request.Count);
        Assert.Equal(KeyUpdateBytes, request[0].Length);
        Assert.Null(server.Machine.Fault);
    }

    [Fact]
    public void Nothing_may_follow_a_retry_request_in_its_record()
    {
        using var server = new MemoryServer(authority, new Profile { Name = "p", Groups = ["secp256r1", "x25519"] });
        var tls = server.Begin();

        server.Offer(RawTls13.Record(RawTls13.Handshake, [.. tls.HelloRetryRequest(29), 2, 0, 0]));

        Assert.Equal("unexpected_message", server.Machine.Fault?.Alert);
    }

    [Fact]
    public void Nothing_may_follow_server_hello_done_in_its_record()
    {
        using var server = new MemoryServer(authority, new Profile { Name = "p", TlsVersions = [TlsVersion.Tls12] });
        var raw = new RawTls12(server.Begin());

        server.Offer(RawTls13.Record(RawTls13.Handshake, [.. raw.ServerHello(), .. raw.Certificate(), .. raw.KeyExchange(), .. raw.Done(), 4, 0, 0]));

        Assert.Equal("unexpected_message", server.Machine.Fault?.Alert);
    }

    [Theory]
    [InlineData(1, null)]
    [InlineData(2, "illegal_parameter")]
    public void A_ticket_has_each_extension_once(int times, string? alert)
    {
        using var server = new MemoryServer(authority);
        var tls = server.Begin();
        byte[] extensions = [.. Enumerable.Repeat(RawTls13.Extension(42, [0, 0, 0, 0]), times).SelectMany(extension => extension)];
        byte[] body = [.. new byte[8], 1, 0, .. RawTls13.U16(4), 1, 2, 3, 4, .. RawTls13.U16(extensions.Length), .. extensions];

        server.Offer(tls.GoodFlight());
        server.Offer(tls.Seal(RawTls13.Handshake, [4, .. RawTls13.U24(body.Length), .. body]));

        Assert.Equal(alert, server.Machine.Fault?.Alert);
    }
}
