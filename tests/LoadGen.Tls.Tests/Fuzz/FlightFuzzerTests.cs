using System.Buffers;
using LoadGen.TestServers.Certificates;

namespace LoadGen.Tls.Tests.Fuzz;

/// <summary>A short run of what <c>tests/LoadGen.Fuzz</c> runs for as long as one likes.</summary>
public sealed class FlightFuzzerTests(TestAuthority authority) : IClassFixture<TestAuthority>
{
    [Fact]
    public void Whatever_a_server_sends_has_one_documented_outcome()
    {
        using var fuzzer = new FlightFuzzer(authority, seed: 19);
        var outcomes = new SortedDictionary<string, int>();

        for (var number = 0; number < 4_000; number++)
        {
            var outcome = fuzzer.Run(number);
            outcomes[outcome] = outcomes.GetValueOrDefault(outcome) + 1;
        }

        // It would be worth nothing if all of them ended alike.
        Assert.Superset(
            new HashSet<string>
            {
                "completed", "waits", "ProtocolError decode_error", "ProtocolError illegal_parameter", "ProtocolError unexpected_message", "ProtocolError bad_record_mac",
                "ProtocolError decrypt_error", "ProtocolError missing_extension", "ProtocolError unsupported_extension", "CertificateInvalid bad_certificate",
            },
            outcomes.Keys.ToHashSet());
    }

    [Fact]
    public void A_buffer_that_is_not_given_back_is_seen()
    {
        using var balance = new PoolBalance();
        var before = PoolBalance.OfThread;

        var array = ArrayPool<byte>.Shared.Rent(1_000);
        var after = PoolBalance.OfThread;
        ArrayPool<byte>.Shared.Return(array);

        Assert.Equal((before + 1, before), (after, PoolBalance.OfThread));
    }
}
