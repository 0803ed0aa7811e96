namespace LoadGen.Core.Handshakes;

/// <summary>How messages call the features of engines.</summary>
public static class EngineFeatureNames
{
    /// <summary>What an engine that has the feature can do.</summary>
    public static string Describe(this EngineFeature feature) => feature switch
    {
        EngineFeature.ResumeTls12 => "resume TLS 1.2 sessions",
        EngineFeature.ResumeTls13 => "resume TLS 1.3 sessions",
        EngineFeature.KeyShares => "choose key shares",
        EngineFeature.Confirm => "await the server's answer after the handshake",
        EngineFeature.ClientCertificates => "show client certificates",
        EngineFeature.PreSharedKeys => "use pre-shared keys",
        EngineFeature.OcspStapling => "ask for OCSP stapling",
        EngineFeature.PlainMasterSecret => "leave out the extended master secret",
        EngineFeature.LeanChecks => "run lean checks",
        EngineFeature.Hold => "hold connections open",
        _ => "speak STARTTLS",
    };
}
