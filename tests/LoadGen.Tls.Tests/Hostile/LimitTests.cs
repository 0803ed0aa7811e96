using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using LoadGen.Core.Handshakes;
using LoadGen.Core.Plans;
using LoadGen.TestServers.Certificates;

namespace LoadGen.Tls.Tests.Hostile;

/// <summary>How much a server may send: as much as OpenSSL takes, which is under sslstream, and no more.</summary>
public sealed class LimitTests(TestAuthority authority) : IClassFixture<TestAuthority>
{
    private const byte Hs = RawTls13.Handshake;

    private static readonly byte[] Answer = Encoding.ASCII.GetBytes("HTTP/1.1 200 OK\r\n\r\n");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string, int, bool> Chains => new(
        from engine in (string[])["bouncycastle", "fast", "sslstream"]
        from each in ((int, bool)[])[(12, true), (13, false)]
        select (engine, each.Item1, each.Item2));

    [Theory]
    [MemberData(nameof(Chains))]
    public async Task A_certificate_message_of_100_KB_with_12_intermediates_is_taken_and_a_longer_one_is_not(string engine, int intermediates, bool isTaken)
    {
        var large = LargeCertificate(7_900);
        await using var server = RawTls13.Serve(authority.Good(), async tls =>
        {
            var hello = RawTls13.Record(Hs, tls.ServerHello());
            tls.UseHandshakeKeys();
            await tls.SendAsync(
                [hello, .. Split(tls, [.. tls.EncryptedExtensions(), .. tls.CertificateMessage([.. Enumerable.Repeat(large, intermediates)]), .. tls.CertificateVerify(), .. tls.Finished()])]);
        });

        var outcome = await ShakeAsync(engine, server.EndPoint, new Profile { Name = "p" });

        AssertTaken(isTaken, outcome);
        Assert.True(isTaken || engine == "sslstream" || outcome.Failure!.Detail.Contains("(limit 102,400)", StringComparison.Ordinal), outcome.Failure?.Detail);
    }

    [Theory]
    [InlineData("bouncycastle")]
    [InlineData("fast")]
    [InlineData("sslstream")]
    public async Task A_request_for_certificates_of_many_authorities_is_taken(string engine)
    {
        var name = new X500DistinguishedName($"CN={new string('a', 60)}, O={new string('b', 20)}").RawData;
        byte[] names = [.. Enumerable.Range(0, 600).SelectMany(_ => (byte[])[.. RawTls13.U16(name.Length), .. name])];
        Assert.InRange(names.Length, 60_000, 65_500);
        await using var server = RawTls13.Serve(authority.Good(), async tls =>
        {
            var hello = RawTls13.Record(Hs, tls.ServerHello());
            tls.UseHandshakeKeys();
            var request = tls.EncryptedExtensions().Concat(tls.CertificateRequest(RawTls13.Extension(47, [.. RawTls13.U16(names.Length), .. names])));
            await tls.SendAsync([hello, .. Split(tls, [.. request, .. tls.CertificateMessage(), .. tls.CertificateVerify(), .. tls.Finished()])]);
        });

        AssertTaken(true, await ShakeAsync(engine, server.EndPoint, new Profile { Name = "p" }));
    }

    [Theory]
    [InlineData("bouncycastle", 1, 60_000, true)]
    [InlineData("fast", 1, 60_000, true)]
    [InlineData("bouncycastle", 1, 65_535, true)]
    [InlineData("fast", 1, 65_535, true)]
    [InlineData("bouncycastle", 100, 16, true)]
    [InlineData("fast", 100, 16, true)]
    [InlineData("bouncycastle", 101, 16, false)]
    [InlineData("fast", 101, 16, false)]
    public async Task Tickets_are_taken_up_to_their_number(string engine, int tickets, int bytes, bool isTaken)
        => AssertTaken(isTaken, await AfterHandshakeAsync(engine, tls => [.. Enumerable.Range(0, tickets).SelectMany(_ => Split(tls, RawTls13.NewSessionTicket(bytes))), tls.Seal(23, Answer)]));

    [Theory]
    [InlineData("bouncycastle", 100, true)]
    [InlineData("fast", 100, true)]
    [InlineData("bouncycastle", 101, false)]
    [InlineData("fast", 101, false)]
    public async Task KeyUpdates_are_taken_up_to_their_number(string engine, int updates, bool isTaken)
        => AssertTaken(isTaken, await AfterHandshakeAsync(engine, tls => [.. Enumerable.Range(0, updates).Select(_ => tls.KeyUpdate()), tls.Seal(23, Answer)]));

    [Theory]
    [InlineData("bouncycastle", 32, true)]
    [InlineData("fast", 32, true)]
    [InlineData("bouncycastle", 33, false)]
    [InlineData("fast", 33, false)]
    public async Task Empty_records_are_taken_up_to_their_number(string engine, int records, bool isTaken)
        => AssertTaken(isTaken, await AfterHandshakeAsync(engine, tls => [.. Enumerable.Range(0, records).Select(_ => tls.Seal(23, [])), tls.Seal(23, Answer)]));

    [Theory]
    [InlineData("bouncycastle", 4, true)]
    [InlineData("fast", 4, true)]
    [InlineData("bouncycastle", 5, false)]
    [InlineData("fast", 5, false)]
    public async Task Warnings_are_taken_up_to_their_number(string engine, int warnings, bool isTaken)
        => AssertTaken(isTaken, await AfterHandshakeAsync(engine, tls => [.. Enumerable.Range(0, warnings).Select(_ => tls.Seal(RawTls13.Alert, [1, 90])), tls.Seal(23, Answer)]));

    [Theory]
    [InlineData("bouncycastle")]
    [InlineData("fast")]
    public async Task Data_without_end_lasts_until_the_deadline_at_the_latest(string engine)
    {
        await using var server = RawTls13.Serve(authority.Good(), async tls =>
        {
            await tls.SendAsync(tls.GoodFlight());
            while (true)
            {
                await tls.SendAsync(tls.Seal(23, new byte[16_000]));
            }
        });

        var outcome = await HostileServers.ShakeAsync(
            engine, server.EndPoint, authority, new Profile { Name = "p", Confirm = Confirm.Close }, Cancellation, TimeSpan.FromSeconds(1));

        Assert.Equal((FailureKind.HandshakeTimeout, FaultSide.Server), (outcome.Failure?.Kind, outcome.Failure?.Side));
        Assert.InRange(outcome.Elapsed, TimeSpan.FromSeconds(0.9), TimeSpan.FromSeconds(30));
    }

    // Handshake messages in records of at most 16,000 bytes.
    private static IEnumerable<byte[]> Split(RawTls13 tls, byte[] messages) => [.. messages.Chunk(16_000).Select(part => tls.Seal(Hs, part))];

    private static byte[] LargeCertificate(int bytes)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=large", key, HashAlgorithmName.SHA256);
        // An OCTET STRING in an extension of nobody's.
        request.CertificateExtensions.Add(new X509Extension("1.3.6.1.4.1.99999.1", [4, 0x82, .. RawTls13.U16(bytes), .. new byte[bytes]], critical: false));
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        return certificate.RawData;
    }

    private async Task<Outcome> AfterHandshakeAsync(string engine, Func<RawTls13, byte[][]> records)
    {
        await using var server = RawTls13.Serve(authority.Good(), async tls =>
        {
            await tls.SendAsync(tls.GoodFlight());
            await tls.ReadAsync();
            await tls.SendAsync(records(tls));
        });
        return await ShakeAsync(engine, server.EndPoint, new Profile { Name = "p", TlsVersions = [TlsVersion.Tls13], Confirm = Confirm.Http });
    }

    private Task<Outcome> ShakeAsync(string engine, IPEndPoint endPoint, Profile profile) => HostileServers.ShakeAsync(engine, endPoint, authority, profile, Cancellation);

    private static void AssertTaken(bool isTaken, Outcome outcome)
    {
        Assert.True(isTaken == outcome.IsCompleted, outcome.Failure?.ToString() ?? "it was completed");
        Assert.True(isTaken || outcome.Failure is { Kind: FailureKind.ProtocolError, Side: FaultSide.Server }, outcome.Failure?.ToString());
    }
}
