using System.Collections.Frozen;
using System.Net.Security;
using LoadGen.Core.Handshakes;
using LoadGen.Core.Plans;
using LoadGen.Tls.Certificates;
using LoadGen.Tls.Crypto;
using LoadGen.Tls.Dialling;

namespace LoadGen.Tls.SslStreams;

/// <summary>What a .NET client does: <see cref="SslStream"/>, with the system's TLS library under it. It shows connect and total times only.</summary>
internal sealed class SslStreamEngine : IHandshakeEngine
{
    public const string EngineName = "sslstream";

    private readonly Plan _plan;
    private readonly TimeProvider _clock;
    private readonly Dialer _dialer;
    private readonly CertificateVerifier[] _verifiers;

    public SslStreamEngine(Plan plan, TimeProvider clock)
    {
        _plan = plan;
        _clock = clock;
        _dialer = new Dialer(plan, clock);
        _verifiers = [.. plan.Targets.Select(target => new CertificateVerifier(target))];
    }

    public static EngineCapabilities Capabilities { get; } = new()
    {
        TlsVersions = FrozenSet.ToFrozenSet([TlsVersion.Tls12, TlsVersion.Tls13]),
        // CipherSuitesPolicy exists where OpenSSL does the work.
        CipherSuites = OperatingSystem.IsLinux() ? Enum.GetNames<TlsCipherSuite>().ToFrozenSet() : FrozenSet<string>.Empty,
        Groups = FrozenSet<string>.Empty,
        SignatureSchemes = FrozenSet<string>.Empty,
        Features = FrozenSet<EngineFeature>.Empty,
        Phases = FrozenSet.ToFrozenSet([Phase.Dns, Phase.TcpConnect]),
    };

    public string Name => EngineName;

    public string Crypto { get; } = $"system ({CryptoLibraries.Platform})";

    public IHandshakeClient CreateClient() => new SslStreamClient(_plan, _dialer, _verifiers, _clock);

    public ValueTask<IReadOnlyList<string>> FindRefusedTargetsAsync(CancellationToken cancellation) => _dialer.FindRefusedAsync(cancellation);

    public void Dispose() => Array.ForEach(_verifiers, verifier => verifier.Dispose());
}
