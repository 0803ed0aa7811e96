using CsCheck;
using LoadGen.Core.Handshakes;
using LoadGen.Core.Plans;
using LoadGen.Core.Tallies;

namespace LoadGen.Core.Tests.Tallies;

/// <summary>Random samples of a plan with two targets and three profiles.</summary>
internal static class Samples
{
    public const int Targets = 2;
    public const int Profiles = 3;

    private static readonly Negotiated[] Kinds =
    [
        new(TlsVersion.Tls13, "TLS_AES_128_GCM_SHA256", "x25519", false),
        new(TlsVersion.Tls12, "TLS_RSA_WITH_AES_128_GCM_SHA256", null, false) { ServerConfirmed = true },
        new(TlsVersion.Tls12, "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", null, true) { Alpn = "h2", ServerConfirmed = true },
        new(TlsVersion.Tls13, "TLS_AES_256_GCM_SHA384", "x25519", false)
        {
            SignatureScheme = "ed25519", HelloRetryRequest = true, CertificateRequested = true, ClientCertificate = true, OcspStapled = false, PreSharedKey = true,
        },
    ];

    private static readonly CertificateSummary Certificate = new("CN=a", "CN=b", DateTimeOffset.FromUnixTimeSeconds(2_000_000_000), "ECDSA P-256");

    private static readonly PassedOver Dead = new("[::1]:443", FailureKind.ConnectionRefused, "connection refused");

    public static Gen<Sample> Any { get; } = Gen.Select(
        Gen.Int[0, Targets - 1], Gen.Int[0, Profiles - 1], Gen.Int[0, 20_000_000], Gen.Int[0, 3_000_000], Gen.Int[0, 9], Gen.Int[0, Kinds.Length - 1])
        .Select((target, profile, planned, took, fate, kind) => Of(target, profile, Microseconds(planned), Microseconds(took), fate, kind));

    /// <summary>Fifty of every target, profile, fate and kind.</summary>
    public static IReadOnlyList<Sample> Few { get; } =
    [
        .. Enumerable.Range(0, 50).Select(i =>
            Of(i % Targets, i % Profiles, Microseconds(i * 400_000), Microseconds(1000 + (i * 37_000)), i % 10, i % Kinds.Length)),
    ];

    private static Sample Of(int target, int profile, TimeSpan planned, TimeSpan took, int fate, int kind)
    {
        var phases = default(PhaseDurations);
        phases[Phase.TcpConnect] = took / 4;
        phases[Phase.ServerHello] = fate > 1 ? took / 2 : null;
        var outcome = fate switch
        {
            0 => Outcome.Failed(new Failure(FailureKind.AlertReceived, Phase.ServerHello, FaultSide.Server, "handshake_failure", "it said no"), took, phases),
            1 => Outcome.Failed(new Failure(FailureKind.ConnectionReset, Phase.ServerFlight, FaultSide.Server, null, "reset"), took, phases, Certificate, "10.0.0.1:443"),
            2 => Outcome.Completed(Kinds[kind], took, took / 2, phases, Certificate, "10.0.0.2:443", CostOf(took, kind)) with { PassedOver = [Dead] },
            9 => Outcome.Stopped(kind % 2 == 0 ? StopAfter.ClientHello : StopAfter.BeforeFinished, took, phases, Certificate, "10.0.0.1:443"),
            // An engine that sees nothing of it.
            3 => Outcome.Completed(Kinds[kind], took, took / 2, phases, Certificate, "10.0.0.1:443"),
            _ => Outcome.Completed(Kinds[kind], took, took / 2, phases, Certificate, "10.0.0.1:443", CostOf(took, kind)),
        };
        var started = planned + (took / 10);
        return new Sample(0, target, profile, planned, started, started + outcome.Elapsed, outcome);
    }

    // Some are above what is not saturated.
    private static WireCost CostOf(TimeSpan took, int kind) => new()
    {
        BytesIn = (int)took.TotalMicroseconds,
        BytesOut = 500 + kind,
        CertificateBytes = kind % 2 == 0 ? 2000 + kind : null,
        Flights = 3 + kind,
        Retries = kind % 2,
        ServerFlightSegments = (int)took.TotalMilliseconds,
        Tcp = kind == 1 ? new TcpSample(took, kind) : null,
    };

    private static TimeSpan Microseconds(int microseconds) => TimeSpan.FromMicroseconds(microseconds);
}
