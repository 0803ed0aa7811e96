using System.Collections.Frozen;
using LoadGen.Core.Handshakes;
using LoadGen.Core.Plans;
using LoadGen.Tls.Certificates;
using LoadGen.Tls.Crypto;
using LoadGen.Tls.Dialling;
using LoadGen.Tls.Fast.Tls12;
using LoadGen.Tls.Fast.Tls13;
using LoadGen.Tls.Offers;
using LoadGen.Tls.Probing;

namespace LoadGen.Tls.Fast;

/// <summary>
/// Our own client of TLS 1.3 (RFC 8446) and 1.2 (RFC 5246), for handshakes and nothing else: on the platform's cryptography, without any code of a TLS
/// library, and with hardly anything made anew for a handshake. What has no native implementation here is not offered.
/// </summary>
internal sealed class FastEngine : IDetailedEngine
{
    public const string EngineName = "fast";

    private readonly Plan _plan;
    private readonly TimeProvider _clock;
    private readonly KeyLog? _keyLog;
    private readonly Dialer _dialer;
    private readonly CertificateVerifier[][] _verifiers;
    private readonly FastOffer[][] _offers;
    private readonly NegotiatedPool _pool = new();
    private readonly CertificateStore<ServerKey> _serverKeys = new(ServerKey.Of);
    private readonly Priming _priming = new();

    /// <exception cref="ArgumentException">A certificate of the plan cannot be used.</exception>
    public FastEngine(Plan plan, TimeProvider clock, KeyLog? keyLog)
    {
        (_plan, _clock, _keyLog) = (plan, clock, keyLog);
        _dialer = new Dialer(plan, clock);
        _verifiers = [.. plan.Targets.Select(target => CertificateVerifier.ForEachName(target, plan.Limits.RsaBits))];
        IReadOnlyList<ClientCertificate>[] certificates = [.. plan.Profiles.Select(CertificatesOf)];
        _offers = [.. plan.Targets.Select(target => plan.Profiles.Select((profile, i) => new FastOffer(new Offer(target, profile), certificates[i], clock)).ToArray())];
    }

    /// <summary>The cryptographic libraries that it runs on here.</summary>
    public static string Libraries => Sodium.IsAvailable
        ? $"native ({CryptoLibraries.Platform}, libsodium {Sodium.Version})"
        : $"native ({CryptoLibraries.Platform}), without X25519, ML-KEM-768 and Ed25519: libsodium was not found";

    public static EngineCapabilities Capabilities { get; } = new()
    {
        Rank = 0,
        TlsVersions = FrozenSet.ToFrozenSet([TlsVersion.Tls12, TlsVersion.Tls13]),
        CipherSuites = SuiteParts.All.Select(parts => parts.Suite).Concat(Suite12.All.Select(suite => suite.Suite)).Select(suite => suite.Name()).ToFrozenSet(),
        Groups = FastOffer.SupportedGroups.Select(group => group.Name()).ToFrozenSet(),
        SignatureSchemes = FastOffer.SupportedSchemes.Select(scheme => scheme.Name()).ToFrozenSet(),

        // Named one by one: a feature that is new is not this engine's until it is built.
        Features = FrozenSet.ToFrozenSet(
        [
            EngineFeature.KeyShares, EngineFeature.Confirm, EngineFeature.ClientCertificates, EngineFeature.OcspStapling, EngineFeature.LeanChecks,
            EngineFeature.PlainMasterSecret, EngineFeature.Hold, EngineFeature.KeyLog, EngineFeature.ResumeTls12, EngineFeature.ResumeTls13,
            EngineFeature.EarlyData, EngineFeature.PskModes,
            EngineFeature.CertificateCompression, EngineFeature.WireCost, EngineFeature.CertificateBytes, EngineFeature.PartialHandshakes,
        ]),
        Phases = Enum.GetValues<Phase>().ToFrozenSet(),
    };

    public string Name => EngineName;

    public string Crypto => Libraries;

    public IHandshakeClient CreateClient() => CreateFastClient();

    public IHandshakeClient CreateClient(HandshakeDetails details) => CreateFastClient(details);

    public ValueTask<IReadOnlyList<string>> FindRefusedTargetsAsync(CancellationToken cancellation) => _dialer.FindRefusedAsync(cancellation);

    public async Task PrimeAsync(int connections, CancellationToken cancellation)
    {
        for (var target = 0; target < _offers.Length; target++)
        {
            for (var profile = 0; profile < _offers[target].Length; profile++)
            {
                await _priming.FillAsync(_offers[target][profile], connections, () => CreateFastClient(), target, profile, cancellation);
            }
        }
    }

    public PrimingCount TakePriming() => _priming.Take();

    public void Dispose() => Array.ForEach(_verifiers, names => Array.ForEach(names, verifier => verifier.Dispose()));

    private FastClient CreateFastClient(HandshakeDetails? details = null)
    {
        var checks = new SlotChecks();
        var keyShares = new KeyShares(checks);
        var handshake = new Handshake(keyShares, checks, _serverKeys, _pool, _keyLog) { Details = details };
        return new FastClient(_offers, _verifiers, new FastMachine(handshake), keyShares, checks, new HandshakeDriver(_plan, _dialer, _clock), _priming);
    }

    private static IReadOnlyList<ClientCertificate> CertificatesOf(Profile profile) => [.. profile.Identities.Select(identity =>
    {
        var certificate = new ClientCertificate(identity);
        return certificate.Key.IsNative ? certificate
            : throw ClientCertificate.Unusable(new NotSupportedException(
                $"the platform does not sign by {certificate.Key.Schemes13[0].Name()}, which engine {EngineName} needs; use another engine"));
    })];
}

/// <summary>The client of one connection slot.</summary>
internal sealed class FastClient : IHandshakeClient
{
    private readonly FastOffer[][] _offers;
    private readonly CertificateVerifier[][] _verifiers;
    private readonly FastMachine _machine;
    private readonly KeyShares _keyShares;
    private readonly SlotChecks _checks;
    private readonly HandshakeDriver _driver;
    private readonly Priming _priming;
    private (int Target, int Profile) _last;

    public FastClient(
        FastOffer[][] offers, CertificateVerifier[][] verifiers, FastMachine machine, KeyShares keyShares, SlotChecks checks, HandshakeDriver driver, Priming priming)
    {
        (_offers, _verifiers, _machine, _keyShares, _checks, _driver, _priming) = (offers, verifiers, machine, keyShares, checks, driver, priming);
        priming.Began();
    }

    public ValueTask<Outcome> HandshakeAsync(int target, int profile, CancellationToken cancellation)
    {
        _last = (target, profile);
        return RunAsync(target, profile, isOfLoad: true, cancellation);
    }

    /// <summary>Makes a full handshake for the sessions that it brings; the connection is not held.</summary>
    public async Task PrimeAsync(int target, int profile, CancellationToken cancellation)
        => _priming.Count(_offers[target][profile], await RunAsync(target, profile, isOfLoad: false, cancellation), _machine.HasTickets);

    public async ValueTask<HeldConnection?> HoldAsync(CancellationToken cancellation)
    {
        _keyShares.MakeAhead();
        var end = await _driver.HoldAsync(cancellation);
        var offer = _offers[_last.Target][_last.Profile];
        if (offer.KeepsSessions && offer.IsStarving(_priming.Clients) && Priming.IsWorthwhile(offer))
        {
            await PrimeAsync(_last.Target, _last.Profile, cancellation);
        }

        return end;
    }

    public void Dispose()
    {
        _priming.Ended();
        _driver.Dispose();
    }

    private async ValueTask<Outcome> RunAsync(int target, int profile, bool isOfLoad, CancellationToken cancellation)
    {
        var offer = _offers[target][profile];
        _checks.Begin(offer.Profile.Checks);
        _machine.Prepare(offer, _verifiers[target], isOfLoad);
        try
        {
            return await _driver.RunAsync(target, isOfLoad ? offer.Profile : offer.PrimingProfile, _machine, cancellation);
        }
        finally
        {
            _machine.End();
        }
    }
}
