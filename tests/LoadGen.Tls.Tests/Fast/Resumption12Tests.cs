using LoadGen.Core.Handshakes;
using LoadGen.Core.Plans;
using LoadGen.TestServers.Certificates;
using LoadGen.Tls.Fast;
using LoadGen.Tls.Fast.Tls12;
using LoadGen.Tls.Tests.Hostile;

namespace LoadGen.Tls.Tests.Fast;

/// <summary>Resumption of TLS 1.2 by session id (RFC 5246 section 7.3) and by ticket (RFC 5077), as servers do it and as they must not.</summary>
public sealed class Resumption12Tests(TestAuthority authority) : IClassFixture<TestAuthority>
{
    private static readonly byte[] Id = [.. Enumerable.Range(1, 32).Select(n => (byte)n)];
    private static readonly byte[] Ticket = [.. Enumerable.Range(1, 100).Select(n => (byte)n)];
    private static readonly byte[] Announcing = [.. RawTls12.Usual, .. RawTls13.Extension(35, [])];

    private static readonly Profile Profile = new() { Name = "p", TlsVersions = [TlsVersion.Tls12], Resume = 1 };

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_session_is_resumed_again_and_again_by_its_id(bool withTls13)
    {
        using var server = Create(withTls13);
        var master = Fill(server, useTicket: false);
        for (var i = 0; i < 3; i++)
        {
            var tls = server.Begin();
            Assert.Equal(Id, tls.SessionId);
            Assert.Equal([], tls.SessionTicket!);

            AssertResumed(server, new RawTls12(tls), raw => raw.Resume(master));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_session_is_resumed_by_its_ticket_and_a_new_one_takes_its_place(bool withTls13)
    {
        using var server = Create(withTls13);
        var master = Fill(server, useTicket: true);
        byte[] next = [7, 7, 7];
        byte[][] expected = [Ticket, next, next];
        foreach (var ticket in expected)
        {
            var tls = server.Begin();
            Assert.Equal(ticket, tls.SessionTicket);
            Assert.Equal(32, tls.SessionId.Length);

            AssertResumed(server, new RawTls12(tls), raw => ticket == next
                ? raw.Resume(master)
                : raw.Resume(master, raw.ServerHello(extensions: Announcing, sessionId: tls.SessionId), next));
        }
    }

    [Fact]
    public void A_session_that_the_server_refuses_leads_to_a_full_handshake_and_gives_way_to_its_session()
    {
        using var server = Create();
        Fill(server, useTicket: true);

        var raw = new RawTls12(server.Begin());
        byte[] otherId = [9, 9];
        Complete(server, raw, raw.Flight(raw.ServerHello(sessionId: otherId)), ticket: null);

        Assert.False(server.Machine.Negotiated!.Resumed);
        Assert.Equal(otherId, server.Begin().SessionId);
    }

    [Fact]
    public void A_ticket_that_is_announced_and_empty_leaves_the_session_its_id()
    {
        using var server = Create();
        var raw = new RawTls12(server.Begin());
        Complete(server, raw, raw.Flight(raw.ServerHello(extensions: Announcing, sessionId: Id)), ticket: []);

        var tls = server.Begin();

        Assert.Equal(Id, tls.SessionId);
        Assert.Equal([], tls.SessionTicket!);
    }

    [Fact]
    public void A_session_of_a_handshake_that_failed_is_not_kept()
    {
        using var server = Create();
        var raw = new RawTls12(server.Begin());
        server.Offer(raw.Flight(raw.ServerHello(sessionId: Id)));
        var records = server.TakeRecords();
        server.Offer(raw.Finish(records[0], records[2], spoil: 1)!);
        Assert.NotNull(server.Machine.Fault);

        Assert.Empty(server.Begin().SessionId);
    }

    [Fact]
    public void Without_resumption_no_ticket_is_asked_for_and_no_session_is_kept()
    {
        using var server = new MemoryServer(authority, Profile with { Resume = 0 });
        Fill(server, useTicket: false);

        var tls = server.Begin();

        Assert.Empty(tls.SessionId);
        Assert.Null(tls.SessionTicket);
    }

    [Theory]
    [InlineData("another suite", "illegal_parameter")]
    [InlineData("another kind of master secret", "handshake_failure")]
    public void A_session_is_resumed_as_it_was_or_not_at_all(string what, string alert)
    {
        using var server = Create();
        var master = Fill(server, useTicket: false);
        var tls = server.Begin();
        var raw = new RawTls12(tls);

        server.Offer(raw.Resume(
            master, what == "another suite" ? raw.ServerHello(suite: 0xc02c, sessionId: Id) : raw.ServerHello(extensions: RawTls13.Extension(0xff01, [0]), sessionId: Id)));

        Assert.Equal((FailureKind.ProtocolError, alert), (server.Machine.Fault?.Kind, server.Machine.Fault?.Alert));
    }

    [Fact]
    public void A_flight_that_ends_anywhere_is_waited_for()
    {
        using var server = Create();
        var master = Fill(server, useTicket: false);
        for (var end = 0; end < new RawTls12(server.Begin()).Resume(master).Length; end++)
        {
            var flight = new RawTls12(server.Begin()).Resume(master);

            server.Offer(flight.AsSpan(0, end));

            Assert.Null(server.Machine.Fault);
            Assert.Null(server.Machine.Negotiated);
        }
    }

    [Theory]
    [InlineData(0x01)]
    [InlineData(0xff)]
    public void A_flight_with_one_byte_changed_never_completes_unless_the_byte_has_no_meaning(byte change)
    {
        using var server = Create();
        var master = Fill(server, useTicket: false);
        var length = new RawTls12(server.Begin()).Resume(master).Length;
        for (var at = 0; at < length; at++)
        {
            var flight = new RawTls12(server.Begin()).Resume(master);
            var secondRecord = 5 + ((flight[3] << 8) | flight[4]);
            flight[at] ^= change;

            server.Offer(flight);

            var fault = server.Machine.Fault;
            // The minor version of a record in plain text.
            Assert.True(server.Machine.Negotiated is not null == (at == 2 || at == secondRecord + 2), $"byte {at}: {fault}");
            Assert.True(fault is null or { Side: FaultSide.Server }, $"byte {at}: {fault}");
        }
    }

    [Fact]
    public void A_newer_session_takes_the_place_of_one_that_would_not_be_offered_again()
    {
        var pool = new SessionPool(TimeProvider.System);
        var sessions = Enumerable.Range(0, 3).Select(_ => new Session12(Suite12.All[0], [], extendsMasterSecret: true, [1], [], Session12.LongestLifetime)).ToList();

        sessions.ForEach(pool.Keep);

        Assert.Equal(1, pool.Count);
        Assert.Same(sessions[2], pool.Take()?.Session);
        Assert.Same(sessions[2], pool.Take()?.Session);
    }

    [Fact]
    public void A_server_that_chooses_TLS_1_2_although_early_data_was_sent_is_refused()
    {
        using var server = new MemoryServer(authority, new Profile { Name = "p", Resume = 1, EarlyData = new EarlyData.File(Convert.ToBase64String("early"u8)) });
        var tls = server.Begin();
        server.Offer(tls.GoodFlight());
        // NewSessionTicket (RFC 8446 section 4.6.1): lifetime, age_add, nonce, ticket, early_data.
        byte[] body = [0, 0, 1, 0, .. new byte[4], 1, 0, 0, 3, 1, 2, 3, .. RawTls13.U16(8), .. RawTls13.Extension(42, [0, 0, 1, 0])];
        server.Offer(tls.Seal(RawTls13.Handshake, [4, .. RawTls13.U24(body.Length), .. body]));

        server.Offer(new RawTls12(server.Begin()).Flight());

        Assert.Equal("illegal_parameter", server.Machine.Fault?.Alert);
        Assert.Contains("early data", server.Machine.Fault?.Detail, StringComparison.Ordinal);
    }

    private MemoryServer Create(bool withTls13 = false)
        => new(authority, withTls13 ? Profile with { TlsVersions = [TlsVersion.Tls12, TlsVersion.Tls13] } : Profile);

    // A full handshake, whose session later ones offer. Gives its master secret.
    private static byte[] Fill(MemoryServer server, bool useTicket)
    {
        var raw = new RawTls12(server.Begin());
        Complete(server, raw, raw.Flight(raw.ServerHello(extensions: useTicket ? Announcing : null, sessionId: useTicket ? null : Id)), useTicket ? Ticket : null);
        return raw.Master;
    }

    private static void Complete(MemoryServer server, RawTls12 raw, byte[] flight, byte[]? ticket)
    {
        server.Offer(flight);
        var records = server.TakeRecords();
        server.Offer(raw.Finish(records[0], records[2], ticket: ticket)!);
        Assert.Null(server.Machine.Fault);
        Assert.NotNull(server.Machine.Negotiated);
    }

    private static void AssertResumed(MemoryServer server, RawTls12 raw, Func<RawTls12, byte[]> flight)
    {
        server.Offer(flight(raw));

        Assert.Null(server.Machine.Fault);
        Assert.True(server.Machine.Reached.HasFlag(Milestones.Complete | Milestones.ServerFlight | Milestones.ClientFinished));
        Assert.True(server.Machine.Negotiated is { Resumed: true, ServerConfirmed: false, SignatureScheme: null, Group: null });
        Assert.True(server.TakeRecords() is [_, var finished] && raw.IsFinished(finished));
    }
}
