using LoadGen.Core.Handshakes;
using LoadGen.Core.Plans;
using LoadGen.TestServers.Certificates;
using LoadGen.Tls.Tests.Hostile;

namespace LoadGen.Tls.Tests.Fast;

/// <summary>What a server of TLS 1.2 must not send, with the alert that its RFC has for it.</summary>
public sealed class Refusals12Tests(TestAuthority authority) : IClassFixture<TestAuthority>
{
    private const byte Hs = RawTls13.Handshake;

    private static readonly byte[] Renegotiation = RawTls13.Extension(0xff01, [0]);

    private static readonly Dictionary<string, (string? Alert, Func<RawTls13, RawTls12, byte[]> Flight)> Flights = new()
    {
        ["as it should be"] = (null, (_, raw) => raw.Flight()),
        ["with all extensions that it may have"] = (null, (_, raw) => raw.Flight(raw.ServerHello(extensions:
        [
            .. RawTls12.Usual, .. RawTls13.Extension(0, []), .. RawTls13.Extension(5, []), .. RawTls13.Extension(10, [0, 2, 0, 29]), .. RawTls13.Extension(11, [2, 1, 0]),
            .. RawTls13.Extension(16, [0, 3, 2, (byte)'h', (byte)'2']), .. RawTls13.Extension(35, []),
        ]))),
        ["without extensions"] = ("handshake_failure", (tls, raw) => RawTls13.Record(Hs, tls.Message(2, [3, 3, .. new byte[32], 0, .. RawTls13.U16(RawTls12.Suite), 0]))),
        ["with renegotiation_info twice"] = ("illegal_parameter", Hello([.. RawTls12.Usual, .. Renegotiation])),
        ["with another extension twice"] = ("illegal_parameter", Hello([.. RawTls12.Usual, .. RawTls13.Extension(23, [])])),
        ["with encrypt_then_mac that was not offered"] = ("unsupported_extension", Hello([.. RawTls12.Usual, .. RawTls13.Extension(22, [])])),
        ["with content in session_ticket"] = ("decode_error", Hello([.. RawTls12.Usual, .. RawTls13.Extension(35, [1])])),
        ["with content in server_name"] = ("decode_error", Hello([.. RawTls12.Usual, .. RawTls13.Extension(0, [0, 0])])),
        ["without uncompressed points"] = ("illegal_parameter", Hello([.. RawTls12.Usual, .. RawTls13.Extension(11, [1, 1])])),
        ["with an application protocol that was not offered"] = ("illegal_parameter", Hello([.. RawTls12.Usual, .. RawTls13.Extension(16, [0, 3, 2, (byte)'h', (byte)'3'])])),
        ["with extensions that end too early"] = ("decode_error", (tls, _) => RawTls13.Record(Hs, tls.Message(2, [3, 3, .. new byte[32], 0, .. RawTls13.U16(RawTls12.Suite), 0, 0, 3, 0xff, 1, 0]))),
        ["of TLS 1.3, which was not offered"] = ("unsupported_extension", Hello([.. RawTls12.Usual, .. RawTls13.Extension(43, [3, 4])])),
        ["without a certificate"] = ("unexpected_message", (tls, raw) => RawTls13.Record(Hs, [.. raw.ServerHello(), .. raw.KeyExchange(), .. raw.Done()])),
        ["with an empty list of certificates"] = ("decode_error", (tls, raw) => RawTls13.Record(Hs, [.. raw.ServerHello(), .. tls.Message(11, [0, 0, 0])])),
        ["with a certificate twice"] = ("unexpected_message", (_, raw) => RawTls13.Record(Hs, [.. raw.ServerHello(), .. raw.Certificate(), .. raw.Certificate()])),
        ["with an OCSP response that was not announced"] = ("unexpected_message", (tls, raw) => RawTls13.Record(Hs, [.. raw.ServerHello(), .. raw.Certificate(), .. tls.Message(22, [1, 0, 0, 1, 9])])),
        ["with an empty OCSP response"] = ("decode_error", (tls, raw) => RawTls13.Record(
            Hs, [.. raw.ServerHello(extensions: [.. RawTls12.Usual, .. RawTls13.Extension(5, [])]), .. raw.Certificate(), .. tls.Message(22, [1, 0, 0, 0])])),
        ["with an explicit curve"] = ("illegal_parameter", KeyExchange([1, 0, 29, 1, 9, 4, 3, 0, 1, 9])),
        ["with a hybrid group"] = ("illegal_parameter", KeyExchange([3, 0x11, 0xec, 1, 9, 4, 3, 0, 1, 9])),
        ["with a scheme of RSA for a suite of ECDSA"] = ("illegal_parameter", KeyExchange([3, 0, 29, 1, 9, 8, 4, 0, 1, 9])),
        ["with bytes behind its key exchange"] = ("decode_error", KeyExchange([3, 0, 29, 1, 9, 4, 3, 0, 1, 9, 9])),
        ["with an empty key exchange"] = ("decode_error", KeyExchange([])),
        ["with a request for certificates that has no schemes"] = ("decode_error", Request([1, 64, 0, 0, 0, 0])),
        ["with a request for certificates that has half a scheme"] = ("decode_error", Request([1, 64, 0, 3, 4, 3, 4, 0, 0])),
        ["with a request for certificates that names half an authority"] = ("decode_error", Request([1, 64, 0, 2, 4, 3, 0, 3, 0, 9, 1])),
        ["with two requests for certificates"] = ("unexpected_message", (tls, raw) => RawTls13.Record(
            Hs, [.. raw.ServerHello(), .. raw.Certificate(), .. raw.KeyExchange(), .. tls.Message(13, [1, 64, 0, 2, 4, 3, 0, 0]), .. tls.Message(13, [1, 64, 0, 2, 4, 3, 0, 0])])),
        ["with content in ServerHelloDone"] = ("decode_error", (tls, raw) => RawTls13.Record(Hs, [.. raw.ServerHello(), .. raw.Certificate(), .. raw.KeyExchange(), .. tls.Message(14, [0])])),
        ["with content in HelloRequest"] = ("decode_error", (_, raw) => RawTls13.Record(Hs, [.. raw.ServerHello(), 0, 0, 0, 1, 0])),
    };

    public static TheoryData<string> Names => [.. Flights.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_flight_is_refused_for_what_is_wrong_with_it(string name)
    {
        var (alert, flight) = Flights[name];
        using var server = new MemoryServer(authority, new Profile { Name = "p", TlsVersions = [TlsVersion.Tls12], Alpn = ["h2"], Ocsp = true, Resume = 0.1 });
        var tls = server.Begin();

        server.Offer(flight(tls, new RawTls12(tls)));

        Assert.True(alert == server.Machine.Fault?.Alert, server.Machine.Fault?.ToString() ?? "it was taken");
        Assert.True(server.Machine.Fault is null or { Kind: FailureKind.ProtocolError, Side: FaultSide.Server });
    }

    [Fact]
    public void A_ServerHello_of_TLS_1_2_after_a_HelloRetryRequest_ends_the_handshake()
    {
        using var server = new MemoryServer(authority);
        var tls = server.Begin();
        server.Offer(RawTls13.Record(Hs, tls.HelloRetryRequest(null, [7])));
        server.TakeClientHello(tls);

        server.Offer(new RawTls12(tls).Flight());

        Assert.Equal("illegal_parameter", server.Machine.Fault?.Alert);
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(1, true)]
    [InlineData(2, false)]
    public void The_mark_of_a_downgrade_is_seen_where_both_versions_are_offered(byte version, bool isMark)
    {
        byte[] mark = [.. "DOWNGRD"u8, version];
        using var both = new MemoryServer(authority);
        using var old = new MemoryServer(authority, new Profile { Name = "p", TlsVersions = [TlsVersion.Tls12] });
        foreach (var server in (MemoryServer[])[both, old])
        {
            var raw = new RawTls12(server.Begin());

            server.Offer(raw.Flight(raw.ServerHello(marker: mark)));

            Assert.Equal(isMark && server == both ? "illegal_parameter" : null, server.Machine.Fault?.Alert);
        }
    }

    private static Func<RawTls13, RawTls12, byte[]> Hello(byte[] extensions) => (_, raw) => raw.Flight(raw.ServerHello(extensions: extensions));

    private static Func<RawTls13, RawTls12, byte[]> KeyExchange(byte[] body)
        => (tls, raw) => RawTls13.Record(Hs, [.. raw.ServerHello(), .. raw.Certificate(), .. tls.Message(12, body)]);

    private static Func<RawTls13, RawTls12, byte[]> Request(byte[] body)
        => (tls, raw) => RawTls13.Record(Hs, [.. raw.ServerHello(), .. raw.Certificate(), .. raw.KeyExchange(), .. tls.Message(13, body)]);
}
