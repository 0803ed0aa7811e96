using System.Text;
using LoadGen.Core.Handshakes;
using LoadGen.Core.Plans;
using LoadGen.TestServers.Certificates;
using LoadGen.Tls.Tests.Hostile;

namespace LoadGen.Tls.Tests.Fast;

/// <summary>Whatever happens to a server's flight on its way, the machine says what is wrong, or waits for more: it throws nothing.</summary>
public sealed class DamagedFlightTests(TestAuthority authority) : IClassFixture<TestAuthority>
{
    private static readonly Profile Profile = new() { Name = "p", Alpn = ["h2"], Ocsp = true };

    [Fact]
    public void A_flight_that_comes_one_byte_at_a_time_completes()
    {
        using var server = new MemoryServer(authority);

        foreach (var one in server.Begin().GoodFlight())
        {
            Assert.Null(server.Machine.Negotiated);
            server.Offer([one]);
        }

        AssertComplete(server);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(100)]
    public void Messages_may_be_cut_into_records_of_any_size(int bytes)
    {
        using var server = new MemoryServer(authority);
        var tls = server.Begin();

        server.Offer([.. tls.ServerHello().Chunk(bytes).SelectMany(part => RawTls13.Record(RawTls13.Handshake, part))]);
        tls.UseHandshakeKeys();
        server.Offer([.. Flight(tls).Chunk(bytes).SelectMany(part => tls.Seal(RawTls13.Handshake, part))]);

        AssertComplete(server);
    }

    [Fact]
    public void Padding_is_taken_off()
    {
        using var server = new MemoryServer(authority);
        var tls = server.Begin();
        var hello = RawTls13.Record(RawTls13.Handshake, tls.ServerHello());
        tls.UseHandshakeKeys();

        // Seal adds a type of its own, so that zeros behind the true type are made of a type of zero.
        server.Offer([.. hello, .. tls.Seal(0, [.. Flight(tls), RawTls13.Handshake, .. new byte[500]])]);

        AssertComplete(server);
    }

    [Fact]
    public void A_flight_that_ends_anywhere_is_waited_for()
    {
        using var server = new MemoryServer(authority);
        var length = server.Begin().GoodFlight().Length;
        for (var end = 0; end < length - 10; end++)
        {
            var flight = server.Begin().GoodFlight();

            server.Offer(flight.AsSpan(0, Math.Min(end, flight.Length - 1)));

            Assert.Null(server.Machine.Fault);
            Assert.Null(server.Machine.Negotiated);
        }
    }

    [Theory]
    [InlineData(0x01)]
    [InlineData(0xff)]
    public void A_flight_with_one_byte_changed_on_the_wire_never_completes_unless_the_byte_has_no_meaning(byte change)
    {
        using var server = new MemoryServer(authority);
        var length = server.Begin().GoodFlight().Length;
        for (var at = 0; at < length - 10; at++)
        {
            var flight = server.Begin().GoodFlight();
            flight[at] ^= change;

            server.Offer(flight);

            AssertNotTaken(server, at, isMeaningless: IsMinorVersionOfPlainRecord(flight, at));
        }
    }

    [Theory]
    [InlineData(0x01)]
    [InlineData(0xff)]
    public void A_flight_with_one_byte_changed_before_it_was_encrypted_never_completes(byte change)
    {
        using var server = new MemoryServer(authority, Profile);
        var seen = new SortedSet<string>();
        var length = Flight(BeginKeys(server).Tls).Length;
        for (var at = 0; at < length - 10; at++)
        {
            var (tls, hello) = BeginKeys(server);
            var flight = Flight(tls);
            flight[at] ^= change;

            server.Offer([.. hello, .. tls.Seal(RawTls13.Handshake, flight)]);

            AssertNotTaken(server, at, isMeaningless: false);
            seen.Add(server.Machine.Fault?.Kind.ToString() ?? "waits");
        }

        // The test would be worth nothing if all of them failed alike.
        Assert.Superset(new HashSet<string> { "ProtocolError", "CertificateInvalid", "waits" }, seen);
    }

    [Fact]
    public void Random_bytes_under_good_keys_are_one_fault_of_the_server_or_waited_for()
    {
        var random = new Random(5);
        using var server = new MemoryServer(authority, Profile);
        for (var i = 0; i < 3000; i++)
        {
            var (tls, hello) = BeginKeys(server);
            var bytes = new byte[random.Next(1, 300)];
            random.NextBytes(bytes);
            // Half of them begin like a message that is due.
            byte[] content = i % 2 == 0 ? bytes : [8, 0, 0, (byte)Math.Min(bytes.Length, 255), .. bytes];

            server.Offer([.. hello, .. tls.Seal((byte)random.Next(20, 25), content)]);

            AssertNotTaken(server, i, isMeaningless: false);
        }
    }

    [Theory]
    [InlineData("h2", null)]
    [InlineData("h3", "illegal_parameter")]
    public void An_application_protocol_that_was_not_offered_ends_the_handshake(string selected, string? alert)
    {
        using var server = new MemoryServer(authority, Profile);
        var (tls, hello) = BeginKeys(server);
        byte[] name = [(byte)selected.Length, .. Encoding.ASCII.GetBytes(selected)];
        var extensions = tls.EncryptedExtensions(RawTls13.Extension(16, [.. RawTls13.U16(name.Length), .. name]));

        server.Offer([.. hello, .. tls.Seal(RawTls13.Handshake, [.. extensions, .. tls.CertificateMessage(), .. tls.CertificateVerify(), .. tls.Finished()])]);

        Assert.Equal(alert, server.Machine.Fault?.Alert);
        Assert.Equal(alert is null ? selected : null, server.Machine.Negotiated?.Alpn);
        Assert.True(alert is null || server.Machine.Fault!.Detail.EndsWith("selected the application protocol h3, which was not offered", StringComparison.Ordinal));
    }

    private static (RawTls13 Tls, byte[] Hello) BeginKeys(MemoryServer server)
    {
        var tls = server.Begin();
        var hello = RawTls13.Record(RawTls13.Handshake, tls.ServerHello());
        tls.UseHandshakeKeys();
        return (tls, hello);
    }

    private static byte[] Flight(RawTls13 tls) => [.. tls.EncryptedExtensions(), .. tls.CertificateMessage(), .. tls.CertificateVerify(), .. tls.Finished()];

    // The version of a record is to be ignored (RFC 8446 section 5.1), but it is authenticated where the record is encrypted.
    private static bool IsMinorVersionOfPlainRecord(byte[] flight, int at)
    {
        var second = 5 + ((flight[3] << 8) | flight[4]);
        return at == 2 || at == second + 2;
    }

    private static void AssertComplete(MemoryServer server)
    {
        Assert.Null(server.Machine.Fault);
        Assert.NotNull(server.Machine.Negotiated);
        Assert.True(server.Machine.Reached.HasFlag(Milestones.Complete));
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
