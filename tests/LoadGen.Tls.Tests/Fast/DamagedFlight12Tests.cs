using LoadGen.Core.Handshakes;
using LoadGen.Core.Plans;
using LoadGen.TestServers.Certificates;
using LoadGen.Tls.Tests.Hostile;

namespace LoadGen.Tls.Tests.Fast;

/// <summary>Whatever happens to a server's flights of TLS 1.2 on their way, the machine says what is wrong, or waits for more: it throws nothing.</summary>
public sealed class DamagedFlight12Tests(TestAuthority authority) : IClassFixture<TestAuthority>
{
    private static readonly Profile Profile = new() { Name = "p", TlsVersions = [TlsVersion.Tls12], Alpn = ["h2"], Ocsp = true };

    [Fact]
    public void Flights_that_come_one_byte_at_a_time_complete()
    {
        using var server = new MemoryServer(authority, Profile);
        var (raw, flight) = Begin(server);

        OfferSingly(server, flight);
        OfferSingly(server, Answer(server, raw)!);

        AssertComplete(server);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(100)]
    public void Messages_may_be_cut_into_records_of_any_size(int bytes)
    {
        using var server = new MemoryServer(authority, Profile);
        var (raw, flight) = Begin(server);

        server.Offer([.. flight[5..].Chunk(bytes).SelectMany(part => RawTls13.Record(RawTls13.Handshake, part))]);
        server.Offer(Answer(server, raw)!);

        AssertComplete(server);
    }

    [Fact]
    public void Both_versions_offered_lead_to_the_one_that_the_server_speaks()
    {
        using var server = new MemoryServer(authority);
        var (raw, flight) = Begin(server);

        server.Offer(flight);
        server.Offer(Answer(server, raw)!);

        AssertComplete(server);
        Assert.Equal(TlsVersion.Tls12, server.Machine.Negotiated!.TlsVersion);
    }

    [Fact]
    public void Flights_that_end_anywhere_are_waited_for()
    {
        using var server = new MemoryServer(authority, Profile);
        var length = Begin(server).Flight.Length;
        for (var end = 0; end < length - 10; end++)
        {
            var (_, flight) = Begin(server);

            server.Offer(flight.AsSpan(0, Math.Min(end, flight.Length - 1)));

            Assert.Null(server.Machine.Fault);
            Assert.Empty(server.TakeRecords());
        }

        for (var end = 0; end < AnswerTo(server).Length; end++)
        {
            server.Offer(AnswerTo(server).AsSpan(0, end));

            Assert.Null(server.Machine.Fault);
            Assert.Null(server.Machine.Negotiated);
        }
    }

    [Theory]
    [InlineData(0x01)]
    [InlineData(0xff)]
    public void Flights_with_one_byte_changed_never_complete_unless_the_byte_has_no_meaning(byte change)
    {
        using var server = new MemoryServer(authority, Profile);
        var seen = new SortedSet<string>();
        var length = Begin(server).Flight.Length;
        for (var at = 0; at < length - 10; at++)
        {
            var (raw, flight) = Begin(server);
            flight[at] ^= change;

            server.Offer(flight);

            if (server.TakeRecords() is [var exchange, _, var finished] && raw.Finish(exchange, finished) is { } answer)
            {
                server.Offer(answer);
            }

            AssertNotTaken(server, at, isMeaningless: at == 2);
            seen.Add(server.Machine.Fault?.Kind.ToString() ?? "waits");
        }

        // The test would be worth nothing if all of them failed alike.
        Assert.Superset(new HashSet<string> { "ProtocolError", "CertificateInvalid", "waits" }, seen);

        length = AnswerTo(server).Length;
        for (var at = 0; at < length; at++)
        {
            var answer = AnswerTo(server);
            answer[at] ^= change;

            server.Offer(answer);

            // That of the record of ChangeCipherSpec.
            AssertNotTaken(server, at, isMeaningless: at == 2);
        }
    }

    [Fact]
    public void HelloRequests_are_ignored_within_the_handshake_and_refused_by_a_warning_behind_it()
    {
        byte[] request = RawTls13.Record(RawTls13.Handshake, [0, 0, 0, 0]);
        using var server = new MemoryServer(authority, new Profile { Name = "p", TlsVersions = [TlsVersion.Tls12], Confirm = Confirm.Http });
        var (raw, flight) = Begin(server);

        server.Offer([.. request, .. flight]);
        server.Offer([.. request, .. Answer(server, raw)!]);

        Assert.Null(server.Machine.Fault);
        Assert.NotNull(server.Machine.Negotiated);
    }

    [Theory]
    [InlineData(100, true)]
    [InlineData(101, false)]
    public void HelloRequests_are_taken_up_to_their_number(int requests, bool isTaken)
    {
        using var server = new MemoryServer(authority, Profile);
        var (_, flight) = Begin(server);

        server.Offer([.. Enumerable.Repeat(RawTls13.Record(RawTls13.Handshake, [0, 0, 0, 0]), requests).SelectMany(record => record), .. flight]);

        Assert.Equal(isTaken, server.Machine.Fault is null);
    }

    [Theory]
    [InlineData(true, "unexpected_message")] // in the middle of a message
    [InlineData(false, "unexpected_message")] // twice
    public void A_ChangeCipherSpec_that_is_not_due_ends_the_handshake(bool isWithinMessage, string alert)
    {
        using var server = new MemoryServer(authority, Profile);
        var (raw, flight) = Begin(server);
        server.Offer(flight);
        var answer = Answer(server, raw)!;

        server.Offer(isWithinMessage ? [.. RawTls13.Record(RawTls13.Handshake, [20, 0]), .. answer] : [.. answer[..6], .. answer]);

        Assert.Equal(alert, server.Machine.Fault?.Alert);
    }

    [Fact]
    public void A_session_id_of_ours_that_stands_for_no_session_is_an_unexpected_resumption()
    {
        using var server = new MemoryServer(authority);
        var tls = server.Begin();
        byte[] extensions = [.. RawTls13.Extension(0xff01, [0]), .. RawTls13.Extension(23, [])];

        server.Offer(RawTls13.Record(
            RawTls13.Handshake,
            tls.Message(2, [3, 3, .. new byte[32], 32, .. tls.SessionId, .. RawTls13.U16(RawTls12.Suite), 0, .. RawTls13.U16(extensions.Length), .. extensions])));

        Assert.Equal(FailureKind.UnexpectedResumption, server.Machine.Fault?.Kind);
    }

    private static (RawTls12 Raw, byte[] Flight) Begin(MemoryServer server)
    {
        var raw = new RawTls12(server.Begin());
        return (raw, raw.Flight());
    }

    private static byte[]? Answer(MemoryServer server, RawTls12 raw)
    {
        var records = server.TakeRecords();
        Assert.Equal(3, records.Count);
        return raw.Finish(records[0], records[2]);
    }

    // A handshake up to the server's answer, which is not offered yet.
    private static byte[] AnswerTo(MemoryServer server)
    {
        var (raw, flight) = Begin(server);
        server.Offer(flight);
        return Answer(server, raw)!;
    }

    private static void OfferSingly(MemoryServer server, byte[] bytes)
    {
        foreach (var one in bytes)
        {
            Assert.Null(server.Machine.Negotiated);
            server.Offer([one]);
        }
    }

    private static void AssertComplete(MemoryServer server)
    {
        Assert.Null(server.Machine.Fault);
        Assert.NotNull(server.Machine.Negotiated);
        Assert.True(server.Machine.Reached.HasFlag(Milestones.Complete | Milestones.ServerConfirmed));
    }

    private static void AssertNotTaken(MemoryServer server, int at, bool isMeaningless)
    {
        var fault = server.Machine.Fault;
        Assert.True(server.Machine.Negotiated is not null == isMeaningless, $"byte {at}: {fault}");
        Assert.True(fault is null or { Side: FaultSide.Server }, $"byte {at}: {fault}");
        Assert.True(
            fault is null or { Kind: FailureKind.ProtocolError or FailureKind.AlertReceived or FailureKind.ClosedEarly }
                or { Kind: >= FailureKind.CertificateUntrusted and <= FailureKind.CertificateInvalid },
            $"byte {at}: {fault}");
    }
}
