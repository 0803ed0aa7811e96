using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using LoadGen.TargetServer;

namespace LoadGen.TestServers.Certificates;

/// <summary>A private key of either kind.</summary>
internal sealed class TestKey
{
    private static readonly Lazy<TestKey> EcdsaLeaf = new(() => Create(KeyKind.EcdsaP256));
    private static readonly Lazy<TestKey> RsaLeaf = new(() => Create(KeyKind.Rsa2048));

    private readonly AsymmetricAlgorithm _key;

    private TestKey(AsymmetricAlgorithm key) => _key = key;

    public string Pem => _key.ExportPkcs8PrivateKeyPem();

    public static TestKey Create(KeyKind kind)
        => new(kind == KeyKind.Rsa2048 ? RSA.Create(2048) : ECDsa.Create(ECCurve.NamedCurves.nistP256));

    /// <summary>A key for any certificate but an authority's: one a process and kind, since RSA keys take long to find.</summary>
    public static TestKey ForLeaf(KeyKind kind) => kind == KeyKind.Rsa2048 ? RsaLeaf.Value : EcdsaLeaf.Value;

    public CertificateRequest Request(string subject) => _key is RSA rsa
        ? new CertificateRequest(subject, rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
        : new CertificateRequest(subject, (ECDsa)_key, HashAlgorithmName.SHA256);

    public X509Certificate2 Attach(X509Certificate2 certificate)
        => _key is RSA rsa ? certificate.CopyWithPrivateKey(rsa) : certificate.CopyWithPrivateKey((ECDsa)_key);
}
