using LoadGen.Core.Handshakes;
using LoadGen.Core.Tallies;

namespace LoadGen.Core.Runs;

/// <summary>What a reader must know to understand the figures of a run.</summary>
public static class RunWarnings
{
    /// <summary>One sentence each; usually none.</summary>
    /// <param name="negotiated">Completed handshakes by what was negotiated.</param>
    public static IReadOnlyList<string> Of(IReadOnlyCollection<KeyValuePair<Negotiated, long>> negotiated)
    {
        var unjudged = negotiated.Where(each => MayBeRefused(each.Key)).Sum(each => each.Value);
        var others = negotiated.Where(each => each.Key.CipherSuite == Negotiated.Other).Sum(each => each.Value);
        return
        [
            .. unjudged == 0 ? Array.Empty<string>() :
            [
                $"the server requested a client certificate in {unjudged:N0} completed TLS 1.3 handshakes, and its verdict on it was not awaited: refusals are not seen (use confirm: http or confirm: close)",
            ],
            .. others == 0 ? Array.Empty<string>() :
            [
                $"more than {Tally.MostKinds} different combinations were negotiated; {others:N0} handshakes with further ones are counted as \"{Negotiated.Other}\"",
            ],
        ];
    }

    // In TLS 1.3 a server judges the client's certificate after the client has finished (RFC 8446 section 2).
    private static bool MayBeRefused(Negotiated negotiated)
        => negotiated is { TlsVersion: TlsVersion.Tls13, CertificateRequested: true, ServerConfirmed: false };
}
