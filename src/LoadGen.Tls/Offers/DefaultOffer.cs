using System.Net.Security;
using LoadGen.Core.Handshakes;

namespace LoadGen.Tls.Offers;

/// <summary>What is offered where the plan leaves the choice: what current browsers offer, in their order.</summary>
internal static class DefaultOffer
{
    private static readonly TlsCipherSuite[] Suites13 =
        [TlsCipherSuite.TLS_AES_128_GCM_SHA256, TlsCipherSuite.TLS_AES_256_GCM_SHA384, TlsCipherSuite.TLS_CHACHA20_POLY1305_SHA256];

    private static readonly TlsCipherSuite[] Suites12 =
    [
        TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
        TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
        TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, TlsCipherSuite.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
        TlsCipherSuite.TLS_RSA_WITH_AES_128_GCM_SHA256, TlsCipherSuite.TLS_RSA_WITH_AES_256_GCM_SHA384,
    ];

    // TLS 1.0 and 1.1 have no AEAD suites.
    private static readonly TlsCipherSuite[] Suites11 =
    [
        TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA, TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA,
        TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA, TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA,
        TlsCipherSuite.TLS_RSA_WITH_AES_128_CBC_SHA, TlsCipherSuite.TLS_RSA_WITH_AES_256_CBC_SHA,
    ];

    private static readonly TlsCipherSuite[] PreSharedKeySuites =
        [TlsCipherSuite.TLS_ECDHE_PSK_WITH_AES_128_GCM_SHA256, TlsCipherSuite.TLS_PSK_WITH_AES_128_GCM_SHA256];

    private static readonly TlsGroup[] CurveGroups = [TlsGroup.x25519, TlsGroup.secp256r1, TlsGroup.secp384r1];

    private static readonly TlsGroup[] FiniteFieldGroups = [TlsGroup.ffdhe2048, TlsGroup.ffdhe3072, TlsGroup.ffdhe4096];

    /// <summary>The signature schemes, in order of preference.</summary>
    public static IReadOnlyList<TlsSignatureScheme> SignatureSchemes { get; } =
    [
        TlsSignatureScheme.ecdsa_secp256r1_sha256, TlsSignatureScheme.ecdsa_secp384r1_sha384, TlsSignatureScheme.ecdsa_secp521r1_sha512,
        TlsSignatureScheme.ed25519, TlsSignatureScheme.ed448,
        TlsSignatureScheme.rsa_pss_rsae_sha256, TlsSignatureScheme.rsa_pss_rsae_sha384, TlsSignatureScheme.rsa_pss_rsae_sha512,
        TlsSignatureScheme.rsa_pss_pss_sha256,
        TlsSignatureScheme.rsa_pkcs1_sha256, TlsSignatureScheme.rsa_pkcs1_sha384, TlsSignatureScheme.rsa_pkcs1_sha512,
    ];

    /// <summary>The suites for these versions, in order of preference.</summary>
    public static IReadOnlyList<TlsCipherSuite> Suites(IReadOnlyCollection<TlsVersion> versions, bool withPreSharedKey) =>
    [
        .. versions.Contains(TlsVersion.Tls13) ? Suites13 : [],
        .. withPreSharedKey && versions.Contains(TlsVersion.Tls12) ? PreSharedKeySuites : [],
        .. versions.Contains(TlsVersion.Tls12) ? Suites12 : [],
        .. versions.Any(version => version < TlsVersion.Tls12) ? Suites11 : [],
    ];

    /// <summary>The groups for these suites, in order of preference; finite fields only for suites with DHE (RFC 7919 section 3).</summary>
    public static IReadOnlyList<TlsGroup> Groups(IEnumerable<TlsCipherSuite> suites)
        => [.. CurveGroups, .. suites.Any(suite => suite.Name().StartsWith("TLS_DHE_RSA_", StringComparison.Ordinal)) ? FiniteFieldGroups : []];
}
