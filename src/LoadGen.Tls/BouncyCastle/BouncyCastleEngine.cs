using System.Collections.Frozen;
using LoadGen.Core.Handshakes;
using LoadGen.Core.Plans;
using LoadGen.Tls.Certificates;
using LoadGen.Tls.Crypto;
using LoadGen.Tls.Dialling;

namespace LoadGen.Tls.BouncyCastle;

/// <summary>BouncyCastle's TLS client, without its IO: every suite, group and scheme can be chosen, every phase seen.</summary>
internal sealed class BouncyCastleEngine : IHandshakeEngine
{
    public const string EngineName = "bouncycastle";

    private readonly Plan _plan;
    private readonly TimeProvider _clock;
    private readonly Dialer _dialer;
    private readonly CertificateVerifier[][] _verifiers;
    private readonly Offer[][] _offers;
    private readonly NegotiatedPool _pool = new();
    private readonly CertificateStore _certificates;

    public BouncyCastleEngine(Plan plan, TimeProvider clock)
    {
        _plan = plan;
        _clock = clock;
        Crypto = plan.Crypto == CryptoChoice.Native ? CryptoLibraries.DescribeNative() : CryptoLibraries.DescribeManaged();
        _dialer = new Dialer(plan, clock);
        _certificates = new CertificateStore(native: plan.Crypto == CryptoChoice.Native);
        _verifiers =
        [
            .. plan.Targets.Select(target => new[] { target.ServerName }
                .Concat(target.FurtherServerNames)
                .Select(name => new CertificateVerifier(target with { ServerName = name }))
                .ToArray()),
        ];
        _offers = [.. plan.Targets.Select(target => plan.Profiles.Select(profile => new Offer(target, profile)).ToArray())];
    }

    public static EngineCapabilities Capabilities { get; } = new()
    {
        TlsVersions = FrozenSet.ToFrozenSet([TlsVersion.Tls10, TlsVersion.Tls11, TlsVersion.Tls12, TlsVersion.Tls13]),
        CipherSuites = TlsNames.Suites.Keys.ToFrozenSet(),
        Groups = TlsNames.Groups.Keys.ToFrozenSet(),
        SignatureSchemes = TlsNames.SignatureSchemes.Keys.ToFrozenSet(),
        Features = Enum.GetValues<EngineFeature>().Where(feature => feature != EngineFeature.ResumeTls13).ToFrozenSet(),
        Phases = Enum.GetValues<Phase>().ToFrozenSet(),
    };

    public string Name => EngineName;

    public string Crypto { get; }

    public IHandshakeClient CreateClient() => CreateClient(null);

    /// <summary>A client whose handshakes tell all about themselves.</summary>
    public IHandshakeClient CreateClient(HandshakeDetails? details)
        => new BouncyCastleClient(_plan.Crypto, _offers, _verifiers, _certificates, _pool, new HandshakeDriver(_plan, _dialer, _clock), details);

    public ValueTask<IReadOnlyList<string>> FindRefusedTargetsAsync(CancellationToken cancellation) => _dialer.FindRefusedAsync(cancellation);

    public void Dispose() => Array.ForEach(_verifiers, names => Array.ForEach(names, verifier => verifier.Dispose()));
}
