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
