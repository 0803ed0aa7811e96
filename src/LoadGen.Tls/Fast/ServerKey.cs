using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using LoadGen.Tls.Crypto;
using LoadGen.Tls.Offers;

namespace LoadGen.Tls.Fast;

/// <summary>The key of a server's certificate, parsed once. Safe for concurrent use.</summary>
/// <param name="key">The key; <see langword="null"/> if the platform has no such keys.</param>
/// <param name="maySign">Whether the certificate allows signatures (RFC 8446 section 4.4.2.2).</param>
internal sealed class ServerKey(VerifyingKey? key, bool maySign)
{
    /// <summary>Parses a certificate in DER.</summary>
    public static ServerKey Of(byte[] certificate)
    {
        try
        {
            using var parsed = X509CertificateLoader.LoadCertificate(certificate);
            var usage = parsed.Extensions.OfType<X509KeyUsageExtension>().FirstOrDefault();
            return new ServerKey(
                VerifyingKey.Of(parsed.PublicKey.ExportSubjectPublicKeyInfo()), usage is null || usage.KeyUsages.HasFlag(X509KeyUsageFlags.DigitalSignature));
        }
        catch (CryptographicException)
        {
            // It verifies nothing. A target whose certificates are checked has refused it by now.
            return new ServerKey(null, maySign: false);
        }
    }

    /// <summary>Whether this key can verify signatures of a scheme.</summary>
    public bool Verifies(TlsSignatureScheme scheme) => maySign && key?.Verifies(scheme) == true;

    /// <summary>Whether a signature is valid for a message; only for schemes that <see cref="Verifies"/> allows.</summary>
    public bool Verify(TlsSignatureScheme scheme, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature) => key!.Verify(scheme, message, signature);
}
