using System.Collections.Frozen;
using System.Net.Security;
using System.Reflection;
using LoadGen.Core.Handshakes;
using LoadGen.Core.Plans;
using LoadGen.Tls.Certificates;
using LoadGen.Tls.Crypto;
using LoadGen.Tls.Dialling;
using LoadGen.Tls.Offers;
using LoadGen.Tls.Probing;
using Org.BouncyCastle.Tls;
using Org.BouncyCastle.Tls.Crypto;

namespace LoadGen.Tls.BouncyCastle;

/// <summary>BouncyCastle's TLS client without its IO: every suite, group and scheme can be chosen, every phase timed.</summary>
internal sealed class BouncyCastleEngine : IDetailedEngine
{
    public const string EngineName = "bouncycastle";

    private static readonly string[] Tls13Starts = ["TLS_AES_", "TLS_CHACHA20_"];

    private static readonly string[] Tls12Starts =
        ["TLS_ECDHE_ECDSA_", "TLS_ECDHE_RSA_", "TLS_RSA_WITH_", "TLS_DHE_RSA_", "TLS_PSK_WITH_", "TLS_ECDHE_PSK_", "TLS_DHE_PSK_"];

    private readonly Plan _plan;
    private readonly KeyLog? _keyLog;
    private readonly TimeProvider _clock;
    private readonly Dialer _dialer;
    private readonly CertificateVerifier[][] _verifiers;
    private readonly BouncyCastleOffer[][] _offers;
    private readonly NegotiatedPool _pool = new();
    private readonly ServerCertificates _certificates;

    /// <exception cref="ArgumentException">A certificate of the plan cannot be used.</exception>
    public BouncyCastleEngine(Plan plan, TimeProvider clock, KeyLog? keyLog)
    {
        _keyLog = keyLog;
        _plan = plan;
        _clock = clock;
        Crypto = plan.Crypto == CryptoChoice.Native ? Native : Managed;
        _dialer = new Dialer(plan, clock);
        _certificates = new ServerCertificates(native: plan.Crypto == CryptoChoice.Native);
        _verifiers = [.. plan.Targets.Select(target => CertificateVerifier.ForEachName(target, plan.Limits.RsaBits))];
        IReadOnlyList<ClientCredentials>[] credentials = [.. plan.Profiles.Select(CredentialsOf)];
        _offers = [.. plan.Targets.Select(target => plan.Profiles.Select((profile, i) => new BouncyCastleOffer(new Offer(target, profile), credentials[i])).ToArray())];
    }

    /// <summary>What either choice of cryptography runs on here.</summary>
    public static string Libraries => $"{Native} or {Managed}";

    public static EngineCapabilities Capabilities { get; } = new()
    {
        Rank = 1,
        TlsVersions = FrozenSet.ToFrozenSet([TlsVersion.Tls10, TlsVersion.Tls11, TlsVersion.Tls12, TlsVersion.Tls13]),
        CipherSuites = Enum.GetNames<TlsCipherSuite>().Where(CanOffer).ToFrozenSet(),
        Groups = new[]
        {
            TlsGroup.x25519, TlsGroup.secp256r1, TlsGroup.secp384r1, TlsGroup.secp521r1, TlsGroup.x448,
            TlsGroup.ffdhe2048, TlsGroup.ffdhe3072, TlsGroup.ffdhe4096,
            TlsGroup.X25519MLKEM768, TlsGroup.SecP256r1MLKEM768, TlsGroup.SecP384r1MLKEM1024,
        }.Select(group => group.Name()).ToFrozenSet(),
        SignatureSchemes = DefaultOffer.SignatureSchemes.Select(scheme => scheme.Name()).ToFrozenSet(),

        // Named one by one: a feature that is new is not this engine's until it is built.
        Features = FrozenSet.ToFrozenSet(
        [
            EngineFeature.ResumeTls12, EngineFeature.KeyShares, EngineFeature.Confirm, EngineFeature.ClientCertificates, EngineFeature.PreSharedKeys,
            EngineFeature.OcspStapling, EngineFeature.PlainMasterSecret, EngineFeature.LeanChecks, EngineFeature.Hold, EngineFeature.KeyLog,
            EngineFeature.EdwardsClientKeys, EngineFeature.ManagedCrypto,
        ]),
        Phases = Enum.GetValues<Phase>().ToFrozenSet(),
    };

    public string Name => EngineName;

    public string Crypto { get; }

    private static string Native => CryptoLibraries.DescribeNative(Library);

    private static string Managed => $"managed ({Library})";

    private static string Library
        => $"BouncyCastle {typeof(TlsClientProtocol).Assembly.GetCustomAttribute<AssemblyFileVersionAttribute>()?.Version ?? "of unknown version"}";

    public IHandshakeClient CreateClient() => Create(null);

    public IHandshakeClient CreateClient(HandshakeDetails details) => Create(details);

    public ValueTask<IReadOnlyList<string>> FindRefusedTargetsAsync(CancellationToken cancellation) => _dialer.FindRefusedAsync(cancellation);

    public void Dispose() => Array.ForEach(_verifiers, names => Array.ForEach(names, verifier => verifier.Dispose()));

    private static IReadOnlyList<ClientCredentials> CredentialsOf(Profile profile)
        => [.. profile.Identities.Select(identity => new ClientCredentials(new ClientCertificate(identity)))];

    private BouncyCastleClient Create(HandshakeDetails? details)
        => new(_plan.Crypto, _offers, _verifiers, _certificates, _pool, new HandshakeDriver(_plan, _dialer, _clock), details, _keyLog);

    // Not suites without authentication or encryption, nor export suites: no server worth measuring uses them.
    private static bool CanOffer(string suite) => Tls13Starts.Any(start => suite.StartsWith(start, StringComparison.Ordinal))
        || (Tls12Starts.Any(start => suite.StartsWith(start, StringComparison.Ordinal))
            && (suite.Contains("_AES_", StringComparison.Ordinal) || suite.Contains("_CHACHA20_", StringComparison.Ordinal)));
}

/// <summary>The client of one connection slot.</summary>
internal sealed class BouncyCastleClient : IHandshakeClient
{
    private readonly BouncyCastleOffer[][] _offers;
    private readonly CertificateVerifier[][] _verifiers;
    private readonly NegotiatedPool _pool;
    private readonly HandshakeDriver _driver;
    private readonly HandshakeDetails? _details;
    private readonly SessionSecrets? _secrets;
    private readonly SlotChecks _checks = new();
    private readonly RecordWatch _watch = new();
    private readonly NativeTlsCrypto? _native;
    private readonly TlsCrypto _crypto;

    public BouncyCastleClient(
        CryptoChoice crypto,
        BouncyCastleOffer[][] offers,
        CertificateVerifier[][] verifiers,
        ServerCertificates certificates,
        NegotiatedPool pool,
        HandshakeDriver driver,
        HandshakeDetails? details,
        KeyLog? keyLog)
    {
        _details = details;
        _offers = offers;
        _verifiers = verifiers;
        _pool = pool;
        _driver = driver;
        _native = crypto == CryptoChoice.Native ? new NativeTlsCrypto(certificates, _checks, _watch) : null;
        _crypto = _native is null ? new ManagedTlsCrypto(certificates, _checks, _watch) : _native;
        _secrets = keyLog is null ? null : new SessionSecrets(keyLog, _crypto);
    }

    public async ValueTask<Outcome> HandshakeAsync(int target, int profile, CancellationToken cancellation)
    {
        var offer = _offers[target][profile];
        _checks.Begin(offer.Offer.Profile.Checks);
        try
        {
            var client = new OfferingClient(_crypto, offer, _verifiers[target], _pool) { Details = _details, Secrets = _secrets };
            return await _driver.RunAsync(target, offer.Offer.Profile, new BouncyCastleMachine(client, _watch), cancellation);
        }
        finally
        {
            _native?.EndHandshake();
        }
    }

    public ValueTask<HoldEnd?> HoldAsync(CancellationToken cancellation)
    {
        _native?.MakeKeySharesAhead();
        return _driver.HoldAsync(cancellation);
    }

    public void Dispose() => _driver.Dispose();
}
