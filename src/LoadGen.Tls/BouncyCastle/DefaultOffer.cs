using LoadGen.Core.Handshakes;
using Org.BouncyCastle.Tls;

namespace LoadGen.Tls.BouncyCastle;

/// <summary>What is offered where the plan leaves the choice: what current browsers offer, in their order.</summary>
internal static class DefaultOffer
{
    private static readonly int[] Suites13 =
        [CipherSuite.TLS_AES_128_GCM_SHA256, CipherSuite.TLS_AES_256_GCM_SHA384, CipherSuite.TLS_CHACHA20_POLY1305_SHA256];

    private static readonly int[] Suites12 =
    [
        CipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, CipherSuite.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
        CipherSuite.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, CipherSuite.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
        CipherSuite.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, CipherSuite.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
        CipherSuite.TLS_RSA_WITH_AES_128_GCM_SHA256, CipherSuite.TLS_RSA_WITH_AES_256_GCM_SHA384,
    ];

    // What TLS 1.0 and 1.1 have.
    private static readonly int[] Suites11 =
    [
        CipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA, CipherSuite.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA,
        CipherSuite.TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA, CipherSuite.TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA,
        CipherSuite.TLS_RSA_WITH_AES_128_CBC_SHA, CipherSuite.TLS_RSA_WITH_AES_256_CBC_SHA,
    ];

    private static readonly int[] SuitesOfPreSharedKeys =
        [CipherSuite.TLS_ECDHE_PSK_WITH_AES_128_GCM_SHA256, CipherSuite.TLS_PSK_WITH_AES_128_GCM_SHA256];

    private static readonly int[] CurveGroups = [NamedGroup.x25519, NamedGroup.secp256r1, NamedGroup.secp384r1];

    private static readonly int[] FiniteFieldGroups = [NamedGroup.ffdhe2048, NamedGroup.ffdhe3072, NamedGroup.ffdhe4096];

    /// <summary>The groups for some suites: finite fields only where a suite asks for them (RFC 7919 section 3).</summary>
    public static IList<int> Groups(IEnumerable<int> suites)
        => [.. CurveGroups, .. suites.Any(suite => TlsUtilities.GetKeyExchangeAlgorithm(suite) == KeyExchangeAlgorithm.DHE_RSA) ? FiniteFieldGroups : []];

    /// <summary>The suites for some versions.</summary>
    public static int[] Suites(IReadOnlyCollection<TlsVersion> versions, bool withPreSharedKey) =>
    [
        .. versions.Contains(TlsVersion.Tls13) ? Suites13 : [],
        .. withPreSharedKey && versions.Contains(TlsVersion.Tls12) ? SuitesOfPreSharedKeys : [],
        .. versions.Contains(TlsVersion.Tls12) ? Suites12 : [],
        .. versions.Any(version => version < TlsVersion.Tls12) ? Suites11 : [],
    ];
}
