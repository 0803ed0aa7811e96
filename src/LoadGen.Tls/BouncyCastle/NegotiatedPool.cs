using System.Collections.Concurrent;
using LoadGen.Core.Handshakes;

namespace LoadGen.Tls.BouncyCastle;

/// <summary>One instance for each distinct thing that was negotiated.</summary>
internal sealed class NegotiatedPool
{
    private readonly ConcurrentDictionary<NegotiatedKey, Negotiated> _known = new();

    public Negotiated Get(NegotiatedKey key) => _known.GetOrAdd(key, static key => new Negotiated(
        key.Version, TlsNames.SuiteName(key.Suite), TlsNames.GroupName(key.Group), key.IsResumed)
    {
        SignatureScheme = TlsNames.SchemeName(key.SignatureScheme),
        Alpn = key.Alpn,
        HelloRetryRequest = key.WasRetried,
        ClientCertificate = key.ShowedCertificate,
        OcspStapled = key.OcspStapled,
        PreSharedKey = key.UsedPreSharedKey,
        ServerConfirmed = key.ServerConfirmed,
    });
}
