using LoadGen.Core.Handshakes;

namespace LoadGen.Tls.BouncyCastle;

/// <summary>What was negotiated, in the numbers of the wire; -1 for what took no part.</summary>
internal readonly record struct NegotiatedKey(TlsVersion Version, int Suite, int Group, int SignatureScheme, string? Alpn)
{
    public bool IsResumed { get; init; }

    public bool WasRetried { get; init; }

    public bool ShowedCertificate { get; init; }

    public bool? OcspStapled { get; init; }

    public bool UsedPreSharedKey { get; init; }

    public bool ServerConfirmed { get; init; }
}
