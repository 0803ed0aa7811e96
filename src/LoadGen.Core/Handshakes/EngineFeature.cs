using System.Text.Json.Serialization;

namespace LoadGen.Core.Handshakes;

/// <summary>What engines may or may not be able to do, apart from what has a name on the wire. Names say what an engine that has the feature can do.</summary>
public enum EngineFeature
{
    /// <summary>Resume TLS 1.2 sessions by session id or ticket (RFC 5246 section 7.3, RFC 5077).</summary>
    [JsonStringEnumMemberName("resume TLS 1.2 sessions")]
    ResumeTls12,

    /// <summary>Resume TLS 1.3 sessions by ticket (RFC 8446 section 2.2).</summary>
    [JsonStringEnumMemberName("resume TLS 1.3 sessions")]
    ResumeTls13,

    /// <summary>Send early data (RFC 8446 section 2.3).</summary>
    [JsonStringEnumMemberName("send early data")]
    EarlyData,

    /// <summary>Choose the modes of TLS 1.3 resumption (RFC 8446 section 4.2.9).</summary>
    [JsonStringEnumMemberName("choose the modes of resumption")]
    PskModes,

    /// <summary>Choose the groups that ClientHello has key shares for.</summary>
    [JsonStringEnumMemberName("choose key shares")]
    KeyShares,

    /// <summary>Await the server's answer after the handshake.</summary>
    [JsonStringEnumMemberName("wait for the server's response after the handshake")]
    Confirm,

    /// <summary>Show client certificates.</summary>
    [JsonStringEnumMemberName("send client certificates")]
    ClientCertificates,

    /// <summary>Sign with client keys of Ed25519 and Ed448 (RFC 8410).</summary>
    [JsonStringEnumMemberName("sign with Ed25519 or Ed448 client keys")]
    EdwardsClientKeys,

    /// <summary>Do without the platform's cryptography.</summary>
    [JsonStringEnumMemberName("use managed cryptography")]
    ManagedCrypto,

    /// <summary>Use external pre-shared keys.</summary>
    [JsonStringEnumMemberName("use pre-shared keys")]
    PreSharedKeys,

    /// <summary>Ask for a stapled OCSP response and see whether it came (RFC 6066 section 8).</summary>
    [JsonStringEnumMemberName("request OCSP stapling")]
    OcspStapling,

    /// <summary>Take compressed certificates (RFC 8879).</summary>
    [JsonStringEnumMemberName("take compressed certificates")]
    CertificateCompression,

    /// <summary>Leave out the extended master secret (RFC 7627).</summary>
    [JsonStringEnumMemberName("omit the extended master secret")]
    PlainMasterSecret,

    /// <summary>Reuse key shares, and check signatures of some handshakes only.</summary>
    [JsonStringEnumMemberName("run lean checks")]
    LeanChecks,

    /// <summary>Keep connections open after the handshake.</summary>
    [JsonStringEnumMemberName("hold connections open")]
    Hold,

    /// <summary>Write the secrets of its sessions to a key log.</summary>
    [JsonStringEnumMemberName("write a key log")]
    KeyLog,

    /// <summary>Stop handshakes at a given point, and send them byte by byte.</summary>
    [JsonStringEnumMemberName("stop or slow down handshakes")]
    PartialHandshakes,

    /// <summary>Count the bytes and flights of handshakes, and look at their TCP connections.</summary>
    [JsonStringEnumMemberName("count bytes and flights of handshakes")]
    WireCost,

    /// <summary>See how long the server's Certificate message is.</summary>
    [JsonStringEnumMemberName("measure the server's Certificate message")]
    CertificateBytes,
}

/// <summary>
/// What an engine can be asked for. A plan that asks for more is refused before the run, with the engine that can.
/// </summary>
public sealed record EngineCapabilities
{
    /// <summary>The place in the order in which engines are asked where the choice is left open; those that make more load come first.</summary>
    public required int Rank { get; init; }

    /// <summary>The protocol versions it speaks.</summary>
    public required IReadOnlySet<TlsVersion> TlsVersions { get; init; }

    /// <summary>The IANA names of the cipher suites that can be chosen by name; empty if the choice is not the caller's.</summary>
    public required IReadOnlySet<string> CipherSuites { get; init; }

    /// <summary>The IANA names of the groups that can be chosen; empty if the choice is not the caller's.</summary>
    public required IReadOnlySet<string> Groups { get; init; }

    /// <summary>The IANA names of the signature schemes that can be chosen; empty if the choice is not the caller's.</summary>
    public required IReadOnlySet<string> SignatureSchemes { get; init; }

    /// <summary>What else it can do.</summary>
    public required IReadOnlySet<EngineFeature> Features { get; init; }

    /// <summary>The phases whose times it can see.</summary>
    public required IReadOnlySet<Phase> Phases { get; init; }
}
