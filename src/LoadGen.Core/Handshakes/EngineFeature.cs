namespace LoadGen.Core.Handshakes;

/// <summary>What engines may or may not be able to do, apart from what has a name on the wire.</summary>
public enum EngineFeature
{
    /// <summary>Resume TLS 1.2 sessions by session id or ticket (RFC 5246 section 7.3, RFC 5077).</summary>
    ResumeTls12,

    /// <summary>Resume TLS 1.3 sessions by ticket (RFC 8446 section 2.2).</summary>
    ResumeTls13,

    /// <summary>Choose the groups that ClientHello has key shares for.</summary>
    KeyShares,

    /// <summary>Await the server's answer after the handshake.</summary>
    Confirm,

    /// <summary>Show client certificates.</summary>
    ClientCertificates,

    /// <summary>Use external pre-shared keys.</summary>
    PreSharedKeys,

    /// <summary>Ask for a stapled OCSP response and see whether it came (RFC 6066 section 8).</summary>
    OcspStapling,

    /// <summary>Leave out the extended master secret (RFC 7627).</summary>
    PlainMasterSecret,

    /// <summary>Reuse key shares, and check signatures of some handshakes only.</summary>
    LeanChecks,

    /// <summary>Keep connections open after the handshake.</summary>
    Hold,

    /// <summary>Speak another protocol before TLS.</summary>
    StartTls,
}

/// <summary>How messages call the features of engines.</summary>
public static class EngineFeatureNames
{
    /// <summary>What an engine that has the feature can do.</summary>
    public static string Describe(this EngineFeature feature) => feature switch
    {
        EngineFeature.ResumeTls12 => "resume TLS 1.2 sessions",
        EngineFeature.ResumeTls13 => "resume TLS 1.3 sessions",
        EngineFeature.KeyShares => "choose key shares",
        EngineFeature.Confirm => "wait for the server's response after the handshake",
        EngineFeature.ClientCertificates => "send client certificates",
        EngineFeature.PreSharedKeys => "use pre-shared keys",
        EngineFeature.OcspStapling => "request OCSP stapling",
        EngineFeature.PlainMasterSecret => "omit the extended master secret",
        EngineFeature.LeanChecks => "run lean checks",
        EngineFeature.Hold => "hold connections open",
        _ => "speak STARTTLS",
    };
}

/// <summary>
/// What an engine can be asked for. A plan that asks for more is refused before the run, with the engine that can.
/// </summary>
public sealed record EngineCapabilities
{
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
