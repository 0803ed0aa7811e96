using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using LoadGen.Tls.Crypto;
using LoadGen.Tls.Offers;

namespace LoadGen.Tls.Fast;

/// <summary>The key of a server's certificate, parsed once. Safe for concurrent use.</summary>
/// <param name="key">The key; <see langword="null"/> if the platform has no such keys.</param>
/// <param name="maySign">Whether the certificate allows signatures (RFC 8446 section 4.4.2.2).</param>
/// <param name="mayEncrypt">Whether the certificate allows encryption of keys (RFC 5246 section 7.4.2).</param>
internal sealed class ServerKey(VerifyingKey? key, bool maySign, bool mayEncrypt)
{
    /// <summary>Parses a certificate in DER.</summary>
    public static ServerKey Of(byte[] certificate)
    {
        try
        {
            using var parsed = X509CertificateLoader.LoadCertificate(certificate);
            var usage = parsed.Extensions.OfType<X509KeyUsageExtension>().FirstOrDefault();
            return new ServerKey(
                VerifyingKey.Of(parsed.PublicKey.ExportSubjectPublicKeyInfo()),
                maySign: usage is null || usage.KeyUsages.HasFlag(X509KeyUsageFlags.DigitalSignature),
                mayEncrypt: usage is null || usage.KeyUsages.HasFlag(X509KeyUsageFlags.KeyEncipherment));
        }
        catch (CryptographicException)
        {
            // It verifies nothing. A target whose certificates are checked has refused it by now.
            return new ServerKey(null, maySign: false, mayEncrypt: false);
        }
    }

    /// <summary>Whether a premaster secret can be encrypted to this key: one of RSA that is not for PSS alone.</summary>
    public bool CanEncrypt => mayEncrypt && key is RsaVerifyingKey && key.VerifiesHashBy(TlsSignatureScheme.rsa_pkcs1_sha256);

    /// <summary>Whether this key can verify signatures of a scheme in TLS 1.3.</summary>
    public bool Verifies(TlsSignatureScheme scheme) => maySign && key?.Verifies(scheme) == true;

    /// <summary>Whether this key can verify signatures of a scheme in TLS 1.2. Ed25519 has no hash there either (RFC 8422 section 5.10).</summary>
    public bool Verifies12(TlsSignatureScheme scheme)
        => maySign && key is not null && (key.VerifiesHashBy(scheme) || (scheme == TlsSignatureScheme.ed25519 && key.Verifies(scheme)));

    /// <summary>Whether a signature is valid for a message; only for schemes that <see cref="Verifies"/> or <see cref="Verifies12"/> allows.</summary>
    public bool Verify(TlsSignatureScheme scheme, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature) => key!.Verify(scheme, message, signature);

    /// <summary>Encrypts a premaster secret (RFC 5246 section 7.4.7.1); only where <see cref="CanEncrypt"/> is.</summary>
    public byte[] Encrypt(ReadOnlySpan<byte> premaster) => ((RsaVerifyingKey)key!).Encrypt(premaster);
}
