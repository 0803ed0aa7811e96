using System.Collections.Concurrent;
using System.Net.Security;
using LoadGen.Core.Handshakes;
using LoadGen.Core.Plans;

namespace LoadGen.Tls.Offers;

/// <summary>
/// Interns what handshakes negotiate: one instance for each distinct result, so that counting them costs a reference
/// comparison. Safe for concurrent use.
/// </summary>
internal sealed class NegotiatedPool
{
    private readonly ConcurrentDictionary<NegotiatedKey, Negotiated> _known = new();

    /// <summary>The one instance for a result.</summary>
    public Negotiated Get(NegotiatedKey key) => _known.GetOrAdd(key, static key => new Negotiated(
        key.Version, key.Suite.Name(), key.Group?.Name(), key.IsResumed)
    {
        OfferedResumption = key.OfferedResumption,
        EarlyData = key.EarlyData,
        CertificateCompression = key.CertificateCompression,
        SignatureScheme = key.SignatureScheme?.Name(),
        Alpn = key.Alpn,
        HelloRetryRequest = key.WasRetried,
        CertificateRequested = key.CertificateRequested,
        ClientCertificate = key.SentCertificate,
        OcspStapled = key.OcspStapled,
        PreSharedKey = key.UsedPreSharedKey,
        ServerConfirmed = key.ServerConfirmed,
    });
}

/// <summary>What a handshake negotiated, in code points.</summary>
/// <param name="Version">The version of ServerHello.</param>
/// <param name="Suite">The suite of ServerHello.</param>
/// <param name="Group">The group of the key exchange; <see langword="null"/> for static RSA and plain PSK.</param>
/// <param name="SignatureScheme">The scheme of the server's signature; <see langword="null"/> if there was none.</param>
/// <param name="Alpn">The application protocol (RFC 7301); <see langword="null"/> if none was selected.</param>
internal readonly record struct NegotiatedKey(
    TlsVersion Version, TlsCipherSuite Suite, TlsGroup? Group, TlsSignatureScheme? SignatureScheme, string? Alpn)
{
    public bool IsResumed { get; init; }

    /// <summary>Whether the client offered to resume a session.</summary>
    public bool OfferedResumption { get; init; }

    /// <summary>What became of early data; <see langword="null"/> where none was sent.</summary>
    public EarlyDataFate? EarlyData { get; init; }

    /// <summary>By which algorithm the server compressed its certificates; <see langword="null"/> if it did not.</summary>
    public CertificateCompression? CertificateCompression { get; init; }

    /// <summary>Whether the server sent a HelloRetryRequest.</summary>
    public bool WasRetried { get; init; }

    /// <summary>Whether a client certificate was requested.</summary>
    public bool CertificateRequested { get; init; }

    /// <summary>Whether a client certificate was requested and sent.</summary>
    public bool SentCertificate { get; init; }

    /// <summary>Whether a stapled OCSP response came; <see langword="null"/> if none was requested.</summary>
    public bool? OcspStapled { get; init; }

    /// <summary>Whether an external pre-shared key authenticated the server.</summary>
    public bool UsedPreSharedKey { get; init; }

    /// <summary>Whether the server answered after our Finished.</summary>
    public bool ServerConfirmed { get; init; }
}
