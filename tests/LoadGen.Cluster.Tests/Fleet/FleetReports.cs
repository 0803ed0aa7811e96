using LoadGen.Core.Handshakes;
using LoadGen.Core.Tallies;

namespace LoadGen.Cluster.Tests.Fleet;

/// <summary>
/// What workers report: tallies whose every histogram is full, of a few kinds of worker whose latencies differ. Each is made
/// and encoded once, so that reporting it costs a simulated worker nothing.
/// </summary>
internal sealed class FleetReports
{
    public const int Targets = 2;
    public const int Profiles = 3;

    private const int Kinds = 16;

    private static readonly Negotiated[] Negotiated =
    [
        new(TlsVersion.Tls13, "TLS_AES_128_GCM_SHA256", "X25519MLKEM768", false) { SignatureScheme = "ecdsa_secp256r1_sha256", ServerConfirmed = true },
        new(TlsVersion.Tls13, "TLS_AES_128_GCM_SHA256", "x25519", true) { ServerConfirmed = true },
        new(TlsVersion.Tls13, "TLS_AES_256_GCM_SHA384", "x25519", false) { SignatureScheme = "rsa_pss_rsae_sha256", Alpn = "h2", ServerConfirmed = true },
        new(TlsVersion.Tls12, "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "secp256r1", false) { SignatureScheme = "rsa_pss_rsae_sha256" },
        new(TlsVersion.Tls12, "TLS_RSA_WITH_AES_128_GCM_SHA256", null, false),
    ];

    private static readonly Failure[] Failures =
    [
        new(FailureKind.AlertReceived, Phase.ServerHello, FaultSide.Server, "handshake_failure", "the server sent handshake_failure"),
        new(FailureKind.ConnectionReset, Phase.ServerFlight, FaultSide.Server, null, "connection reset by peer"),
        new(FailureKind.HandshakeTimeout, Phase.ServerHello, FaultSide.Server, null, "no ServerHello within 10 s"),
    ];

    private static readonly CertificateSummary Certificate = new(
        "CN=www.example.com", "CN=Example Issuing Authority 3, O=Example", DateTimeOffset.FromUnixTimeSeconds(2_000_000_000), "ECDSA P-256");

    private readonly Lock _lock = new();
    private readonly Dictionary<(int Kind, int Second, long Arrivals), (Books, byte[])> _made = [];
    private readonly Tally _tally = new(Targets, Profiles);
    private readonly Sample[][] _samples;

    /// <param name="arrivals">How many different handshakes each kind of worker has.</param>
    public FleetReports(int arrivals)
    {
        _samples = [.. Enumerable.Range(0, Kinds).Select(kind => SamplesOf(kind, arrivals))];
    }

    /// <summary>Makes in advance what every worker reports if each has so many arrivals in each second.</summary>
    public void Make(int seconds, long arrivals)
    {
        for (var second = 0; second < seconds; second++)
        {
            for (var kind = 0; kind < Kinds; kind++)
            {
                _ = Of(kind, second, arrivals);
            }
        }
    }

    /// <summary>The books and the encoded tally of so many arrivals of one worker, all planned in one second.</summary>
    public (Books Books, byte[] Tally) Of(int worker, int second, long arrivals)
    {
        var key = (worker % Kinds, second, arrivals);
        lock (_lock)
        {
            if (!_made.TryGetValue(key, out var made))
            {
                made = Make(key);
                _made[key] = made;
            }

            return made;
        }
    }

    private (Books, byte[]) Make((int Kind, int Second, long Arrivals) key)
    {
        _tally.Reset();
        var samples = _samples[key.Kind];
        for (var i = 0L; i < key.Arrivals; i++)
        {
            var planned = TimeSpan.FromSeconds(key.Second + ((double)i / key.Arrivals));
            var sample = samples[i % samples.Length];
            if (i % 200 == 199)
            {
                _tally.RecordDropped(planned, sample.Target, sample.Profile);
            }
            else
            {
                _tally.Record(sample with { Planned = planned, Started = planned + sample.Started, Ended = planned + sample.Started + sample.Outcome.Elapsed });
            }
        }

        return (_tally.Books, _tally.Encode());
    }

    // All kinds of worker negotiate and fail in the same order: tallies that hold the same are then the same bytes.
    private static Sample[] SamplesOf(int kind, int count)
    {
        var random = new Random(kind);
        return [.. Enumerable.Range(0, count).Select(i =>
        {
            var handshake = Around(2 + (kind * 0.4), random);
            var phases = default(PhaseDurations);
            var all = TimeSpan.Zero;
            for (var phase = 0; phase < PhaseDurations.Count; phase++)
            {
                var took = Around((2 + (kind * 0.4)) / PhaseDurations.Count, random);
                phases[(Phase)phase] = took;
                all += took;
            }

            var outcome = i % 40 == 39
                ? Outcome.Failed(Failures[i / 40 % Failures.Length], all, phases, Certificate)
                : Outcome.Completed(Negotiated[i % Negotiated.Length], all, handshake, phases, Certificate);
            return new Sample(i, i % Targets, i % Profiles, TimeSpan.Zero, Around(0.05, random), TimeSpan.Zero, outcome);
        })];
    }

    // Times of servers have a long tail: log-normal, two thirds of them between 0.6 and 1.6 times the middle one.
    private static TimeSpan Around(double milliseconds, Random random)
    {
        var normal = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
        return TimeSpan.FromMilliseconds(milliseconds * Math.Exp(0.5 * normal));
    }
}
