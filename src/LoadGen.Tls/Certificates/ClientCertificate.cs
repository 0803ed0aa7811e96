using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using LoadGen.Core.Plans;
using LoadGen.Tls.Crypto;

namespace LoadGen.Tls.Certificates;

/// <summary>A client certificate of a profile: its chain and its key, parsed once for all handshakes.</summary>
internal sealed class ClientCertificate
{
    /// <exception cref="ArgumentException">The certificate or the key cannot be used.</exception>
    public ClientCertificate(ClientIdentity identity)
    {
        var certificates = new X509Certificate2Collection();
        try
        {
            certificates.ImportFromPem(identity.CertificatePem);
            Chain = [.. certificates.Select(certificate => certificate.RawData)];
            Key = SigningKey.Of(DecodePem(identity.KeyPem));
        }
        catch (Exception error) when (error is CryptographicException or FormatException)
        {
            throw Unusable(error);
        }
        finally
        {
            foreach (var certificate in certificates)
            {
                certificate.Dispose();
            }
        }
    }

    /// <summary>The certificates in DER, the client's own first.</summary>
    public IReadOnlyList<byte[]> Chain { get; }

    public SigningKey Key { get; }

    /// <summary>What an engine throws that cannot use a client certificate.</summary>
    public static ArgumentException Unusable(Exception cause) => new($"cannot use a client certificate: {cause.Message}", cause);

    private static byte[] DecodePem(string pem)
        => PemEncoding.TryFind(pem, out var fields) ? Convert.FromBase64String(pem[fields.Base64Data]) : throw new CryptographicException("there is no private key");
}
