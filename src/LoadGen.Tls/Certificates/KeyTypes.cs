using System.Security.Cryptography.X509Certificates;
using LoadGen.Tls.Crypto;

namespace LoadGen.Tls.Certificates;

/// <summary>Short names for the keys of certificates.</summary>
internal static class KeyTypes
{
    /// <summary>Such as <c>RSA-2048</c>, <c>ECDSA-P256</c>, <c>Ed25519</c>.</summary>
    public static string Of(X509Certificate2 certificate)
    {
        if (KeyStrength.RsaBitsOf(certificate) is { } bits)
        {
            return $"RSA-{bits}";
        }

        if (certificate.GetECDsaPublicKey() is { } ecdsa)
        {
            using (ecdsa)
            {
                return $"ECDSA-P{ecdsa.KeySize}";
            }
        }

        return certificate.PublicKey.Oid.Value switch
        {
            KeyAlgorithms.Ed25519 => "Ed25519",
            KeyAlgorithms.Ed448 => "Ed448",
            var oid => certificate.PublicKey.Oid.FriendlyName ?? oid ?? "unknown",
        };
    }
}
