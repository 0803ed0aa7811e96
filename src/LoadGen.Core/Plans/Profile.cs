using LoadGen.Core.Handshakes;

namespace LoadGen.Core.Plans;

/// <summary>What kind of handshake. A list left empty means the engine's default, in its order.</summary>
public sealed record Profile
{
    /// <summary>The name in metrics and reports; unique in the plan.</summary>
    public required string Name { get; init; }

    /// <summary>This profile's part of the arrivals, relative to the other profiles' weights; 1 to 1000.</summary>
    public int Weight { get; init; } = 1;

    /// <summary>The versions offered; by default TLS 1.3 and 1.2.</summary>
    public IReadOnlyList<TlsVersion> TlsVersions { get; init; } = [TlsVersion.Tls13, TlsVersion.Tls12];

    /// <summary>IANA names of the cipher suites offered, in order of preference.</summary>
    public IReadOnlyList<string> CipherSuites { get; init; } = [];

    /// <summary>IANA names of the groups offered, in order of preference; the first one is sent with a key share.</summary>
    public IReadOnlyList<string> Groups { get; init; } = [];

    /// <summary>IANA names of the signature schemes offered, in order of preference.</summary>
    public IReadOnlyList<string> SignatureSchemes { get; init; } = [];

    /// <summary>ALPN protocol names offered (RFC 7301), in order of preference.</summary>
    public IReadOnlyList<string> Alpn { get; init; } = [];
}
