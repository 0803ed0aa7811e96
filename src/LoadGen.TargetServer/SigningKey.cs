using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace LoadGen.TargetServer;

/// <summary>A fresh key of either kind, with what differs between the kinds.</summary>
internal sealed class SigningKey : IDisposable
{
    private readonly AsymmetricAlgorithm _key;

    private SigningKey(AsymmetricAlgorithm key) => _key = key;

    /// <summary>Static RSA key exchange in TLS 1.2 needs encipherment besides signatures (RFC 5246 section 7.4.2).</summary>
    public X509KeyUsageFlags LeafUsages => _key is RSA
        ? X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.KeyEncipherment
        : X509KeyUsageFlags.DigitalSignature;

    public static SigningKey Create(KeyKind kind) => new(kind switch
    {
        KeyKind.EcdsaP256 => ECDsa.Create(ECCurve.NamedCurves.nistP256),
        KeyKind.Rsa2048 => RSA.Create(2048),
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    });

    public CertificateRequest Request(string subject) => _key switch
    {
        RSA rsa => new CertificateRequest(subject, rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1),
        ECDsa ecdsa => new CertificateRequest(subject, ecdsa, HashAlgorithmName.SHA256),
        _ => throw new InvalidOperationException(),
    };

    /// <summary>The certificate together with this key, which it keeps alive by itself.</summary>
    public X509Certificate2 Attach(X509Certificate2 certificate) => _key switch
    {
        RSA rsa => certificate.CopyWithPrivateKey(rsa),
        ECDsa ecdsa => certificate.CopyWithPrivateKey(ecdsa),
        _ => throw new InvalidOperationException(),
    };

    public void Dispose() => _key.Dispose();
}
