using System.Collections.Concurrent;
using LoadGen.Core.Handshakes;

namespace LoadGen.Tls.BouncyCastle;

/// <summary>One instance for each distinct thing that was negotiated.</summary>
internal sealed class NegotiatedPool
{
    private readonly ConcurrentDictionary<(TlsVersion, int, int, bool), Negotiated> _known = new();

    public Negotiated Get(TlsVersion version, int suite, int group, bool resumed) => _known.GetOrAdd(
        (version, suite, group, resumed),
        static key => new Negotiated(key.Item1, TlsNames.SuiteName(key.Item2), TlsNames.GroupName(key.Item3), key.Item4));
}
