using System.Security.Cryptography;
using LoadGen.Tls.Offers;

namespace LoadGen.Tls.Crypto;

/// <summary>Object identifiers of key algorithms, and the parts of signature schemes: curve, hash, padding.</summary>
internal static class KeyAlgorithms
{
    /// <summary>rsaEncryption (RFC 8017 appendix A.1).</summary>
    public const string Rsa = "1.2.840.113549.1.1.1";

    /// <summary>id-RSASSA-PSS (RFC 8017 appendix A.2.3): an RSA key for PSS alone.</summary>
    public const string RsaPss = "1.2.840.113549.1.1.10";

    /// <summary>id-ecPublicKey (RFC 5480 section 2.1.1).</summary>
    public const string Ec = "1.2.840.10045.2.1";

    /// <summary>id-Ed25519 (RFC 8410 section 3).</summary>
    public const string Ed25519 = "1.3.101.112";

    /// <summary>id-Ed448 (RFC 8410 section 3).</summary>
    public const string Ed448 = "1.3.101.113";

    /// <summary>The TLS 1.3 scheme of ECDSA on a NIST curve, by the curve's object identifier (RFC 5480 section 2.1.1.1); <see langword="null"/> for any other curve.</summary>
    public static TlsSignatureScheme? SchemeOfCurve(string? curve) => curve switch
    {
        "1.2.840.10045.3.1.7" => TlsSignatureScheme.ecdsa_secp256r1_sha256,
        "1.3.132.0.34" => TlsSignatureScheme.ecdsa_secp384r1_sha384,
        "1.3.132.0.35" => TlsSignatureScheme.ecdsa_secp521r1_sha512,
        _ => null,
    };

    /// <summary>The hash function of an RSA or ECDSA scheme with SHA-2.</summary>
    public static HashKind Hash(this TlsSignatureScheme scheme) => scheme switch
    {
        TlsSignatureScheme.rsa_pkcs1_sha256 or TlsSignatureScheme.ecdsa_secp256r1_sha256 or TlsSignatureScheme.rsa_pss_rsae_sha256
            or TlsSignatureScheme.rsa_pss_pss_sha256 => HashKind.Sha256,
        TlsSignatureScheme.rsa_pkcs1_sha384 or TlsSignatureScheme.ecdsa_secp384r1_sha384 or TlsSignatureScheme.rsa_pss_rsae_sha384
            or TlsSignatureScheme.rsa_pss_pss_sha384 => HashKind.Sha384,
        TlsSignatureScheme.rsa_pkcs1_sha512 or TlsSignatureScheme.ecdsa_secp521r1_sha512 or TlsSignatureScheme.rsa_pss_rsae_sha512
            or TlsSignatureScheme.rsa_pss_pss_sha512 => HashKind.Sha512,
        _ => throw new ArgumentOutOfRangeException(nameof(scheme), scheme, null),
    };

    /// <summary>Whether the scheme is one of RSA keys for PSS alone (RFC 8446 section 4.2.3).</summary>
    public static bool IsPssOnly(this TlsSignatureScheme scheme)
        => scheme is TlsSignatureScheme.rsa_pss_pss_sha256 or TlsSignatureScheme.rsa_pss_pss_sha384 or TlsSignatureScheme.rsa_pss_pss_sha512;

    /// <summary>The padding of an RSA scheme with SHA-2 for keys of the general kind; <see langword="null"/> for any other scheme.</summary>
    public static RSASignaturePadding? Padding(this TlsSignatureScheme scheme) => scheme switch
    {
        TlsSignatureScheme.rsa_pss_rsae_sha256 or TlsSignatureScheme.rsa_pss_rsae_sha384 or TlsSignatureScheme.rsa_pss_rsae_sha512 => RSASignaturePadding.Pss,
        TlsSignatureScheme.rsa_pkcs1_sha256 or TlsSignatureScheme.rsa_pkcs1_sha384 or TlsSignatureScheme.rsa_pkcs1_sha512 => RSASignaturePadding.Pkcs1,
        _ => null,
    };
}
