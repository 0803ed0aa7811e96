using LoadGen.Core.Handshakes;
using LoadGen.Core.Plans;
using LoadGen.TestServers.Certificates;
using LoadGen.Tls.Tests.Hostile;

namespace LoadGen.Tls.Tests.Fast;

/// <summary>A slot reuses its state: a handshake makes hardly anything anew but what the platform's cryptography does.</summary>
public sealed class AllocationTests(TestAuthority authority, ITestOutputHelper output) : IClassFixture<TestAuthority>
{
    [Fact]
    public void Taking_a_flight_and_answering_it_allocates_two_kilobytes_at_most()
    {
        const int Most = 2 * 1024;
        const int Handshakes = 100;
        using var server = new MemoryServer(authority);
        long allocated = 0;
        for (var i = -Handshakes; i < Handshakes; i++)
        {
            var flight = server.Begin().GoodFlight();
            var before = GC.GetAllocatedBytesForCurrentThread();

            server.Machine.Offer(flight, flight.Length);
            server.Machine.End();

            // The first ones fill what is kept.
            allocated += i < 0 ? 0 : GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.NotNull(server.Machine.Negotiated);
        }

        output.WriteLine($"{allocated / Handshakes} bytes");
        Assert.InRange(allocated / Handshakes, 1, Most);
    }

    [Fact]
    public void The_same_holds_for_both_flights_of_TLS_1_2()
    {
        const int Most = 2 * 1024;
        const int Handshakes = 100;
        using var server = new MemoryServer(authority, new Profile { Name = "p", TlsVersions = [TlsVersion.Tls12] });
        long allocated = 0;
        for (var i = -Handshakes; i < Handshakes; i++)
        {
            var raw = new RawTls12(server.Begin());
            var flight = raw.Flight();
            var before = GC.GetAllocatedBytesForCurrentThread();
            server.Machine.Offer(flight, flight.Length);
            var half = GC.GetAllocatedBytesForCurrentThread() - before;
            var records = server.TakeRecords();
            var answer = raw.Finish(records[0], records[2])!;
            before = GC.GetAllocatedBytesForCurrentThread() - half;

            server.Machine.Offer(answer, answer.Length);
            server.Machine.End();

            allocated += i < 0 ? 0 : GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.NotNull(server.Machine.Negotiated);
        }

        output.WriteLine($"{allocated / Handshakes} bytes");
        Assert.InRange(allocated / Handshakes, 1, Most);
    }
}
