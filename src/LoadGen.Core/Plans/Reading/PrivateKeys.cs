using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace LoadGen.Core.Plans.Reading;

/// <summary>Brings private keys of all usual forms into one: PKCS #8 (RFC 5208), not encrypted.</summary>
internal static class PrivateKeys
{
    /// <summary>The first private key in a PEM text.</summary>
    /// <exception cref="CryptographicException">There is none, it is broken, or the password is wrong.</exception>
    public static byte[] ToPkcs8(string pem, string? password)
    {
        for (ReadOnlySpan<char> rest = pem; PemEncoding.TryFind(rest, out var fields); rest = rest[fields.Location.End..])
        {
            switch (rest[fields.Label])
            {
                case "PRIVATE KEY":
                    return Convert.FromBase64String(rest[fields.Base64Data].ToString());
                case "RSA PRIVATE KEY":
                {
                    using var rsa = RSA.Create();
                    rsa.ImportRSAPrivateKey(Convert.FromBase64String(rest[fields.Base64Data].ToString()), out _);
                    return rsa.ExportPkcs8PrivateKey();
                }

                case "EC PRIVATE KEY":
                {
                    using var ec = ECDsa.Create();
                    ec.ImportECPrivateKey(Convert.FromBase64String(rest[fields.Base64Data].ToString()), out _);
                    return ec.ExportPkcs8PrivateKey();
                }

                case "ENCRYPTED PRIVATE KEY":
                    return Decrypt(rest[fields.Location], password ?? throw new CryptographicException("its key is encrypted and no password is given"));
            }
        }

        throw new CryptographicException("there is no private key with it");
    }

    /// <summary>The private key of a certificate.</summary>
    public static byte[] ToPkcs8(X509Certificate2 certificate)
    {
        using AsymmetricAlgorithm? key = (AsymmetricAlgorithm?)certificate.GetRSAPrivateKey() ?? certificate.GetECDsaPrivateKey();

        // A key out of PKCS #12 may be exported only under a password: one is used for the moment.
        var password = Convert.ToHexString(RandomNumberGenerator.GetBytes(16));
        var parameters = new PbeParameters(PbeEncryptionAlgorithm.Aes128Cbc, HashAlgorithmName.SHA256, 1);
        return Decrypt(
            key?.ExportEncryptedPkcs8PrivateKeyPem(password, parameters) ?? throw new CryptographicException("its key is neither RSA nor ECDSA"), password);
    }

    /// <summary>Refuses a key that is not the certificate's; other kinds of keys than RSA and ECDSA are left to the engine.</summary>
    public static void RequireMatch(X509Certificate2 certificate, byte[] pkcs8)
    {
        using AsymmetricAlgorithm? ofCertificate = (AsymmetricAlgorithm?)certificate.GetRSAPublicKey() ?? certificate.GetECDsaPublicKey();
        using AsymmetricAlgorithm? key = ofCertificate switch
        {
            RSA => RSA.Create(),
            ECDsa => ECDsa.Create(),
            _ => null,
        };
        key?.ImportPkcs8PrivateKey(pkcs8, out _);
        if (key is not null && !key.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(ofCertificate!.ExportSubjectPublicKeyInfo()))
        {
            throw new CryptographicException("the private key belongs to another certificate");
        }
    }

    private static byte[] Decrypt(ReadOnlySpan<char> pem, string password)
    {
        try
        {
            using var ec = ECDsa.Create();
            ec.ImportFromEncryptedPem(pem, password);
            return ec.ExportPkcs8PrivateKey();
        }
        catch (CryptographicException)
        {
            // Not a key on a curve, or a wrong password: which of the two, the other kind of key tells.
            using var rsa = RSA.Create();
            rsa.ImportFromEncryptedPem(pem, password);
            return rsa.ExportPkcs8PrivateKey();
        }
    }
}
