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

    /// <summary>IANA names of the groups offered, in order of preference.</summary>
    public IReadOnlyList<string> Groups { get; init; } = [];

    /// <summary>
    /// The groups that ClientHello has key shares for; by default the first group. A server that wants another asks for it in
    /// a HelloRetryRequest; it must if the list is empty. <see langword="null"/> for the default.
    /// </summary>
    public IReadOnlyList<string>? KeyShares { get; init; }

    /// <summary>IANA names of the signature schemes offered, in order of preference.</summary>
    public IReadOnlyList<string> SignatureSchemes { get; init; } = [];

    /// <summary>ALPN protocol names offered (RFC 7301), in order of preference.</summary>
    public IReadOnlyList<string> Alpn { get; init; } = [];

    /// <summary>The part of the handshakes that offer to resume a session, 0 to 1.</summary>
    public double Resume { get; init; }

    /// <summary>What has to come back for a handshake to count as completed.</summary>
    public Confirm Confirm { get; init; }

    /// <summary>How much is checked.</summary>
    public Checks Checks { get; init; }

    /// <summary>Client certificates, shown in turn to servers that ask for one; may be empty.</summary>
    public IReadOnlyList<ClientIdentity> Identities { get; init; } = [];

    /// <summary>An external pre-shared key; <see langword="null"/> for none.</summary>
    public PreSharedKey? PreSharedKey { get; init; }

    /// <summary>Whether a stapled OCSP response is asked for.</summary>
    public bool Ocsp { get; init; }

    /// <summary>Whether TLS 1.2 offers the extended master secret (RFC 7627).</summary>
    public bool ExtendedMasterSecret { get; init; } = true;

    /// <summary>How long a connection stays open after a completed handshake; 0 to 1 h.</summary>
    public TimeSpan Hold { get; init; }
}
