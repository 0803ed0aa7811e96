using System.Diagnostics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using LoadGen.TargetServer;
using LoadGen.TestServers.Processes;

namespace LoadGen.TestServers.Certificates;

/// <summary>A private key of any kind.</summary>
internal sealed class TestKey
{
    private static readonly Lazy<TestKey> EcdsaLeaf = new(() => Create(KeyKind.EcdsaP256));
    private static readonly Lazy<TestKey> RsaLeaf = new(() => Create(KeyKind.Rsa2048));
    private static readonly Lazy<TestKey> Ed25519Leaf = new(CreateEd25519);

    // One of them: .NET cannot use an Ed25519 key, only put its public half into a certificate.
    private readonly AsymmetricAlgorithm? _key;
    private readonly PublicKey? _publicKey;

    private TestKey(AsymmetricAlgorithm key)
    {
        _key = key;
        Pem = key.ExportPkcs8PrivateKeyPem();
    }

    private TestKey(PublicKey publicKey, string pem)
    {
        _publicKey = publicKey;
        Pem = pem;
    }

    /// <summary>A key for any certificate but an authority's, Ed25519.</summary>
    public static TestKey Ed25519 => Ed25519Leaf.Value;

    public string Pem { get; }

    public static TestKey Create(KeyKind kind)
        => new(kind == KeyKind.Rsa2048 ? RSA.Create(2048) : ECDsa.Create(ECCurve.NamedCurves.nistP256));

    /// <summary>A key for any certificate but an authority's: one a process and kind, since RSA keys take long to find.</summary>
    public static TestKey ForLeaf(KeyKind kind) => kind == KeyKind.Rsa2048 ? RsaLeaf.Value : EcdsaLeaf.Value;

    public CertificateRequest Request(string subject) => _key switch
    {
        RSA rsa => new CertificateRequest(subject, rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1),
        ECDsa ecdsa => new CertificateRequest(subject, ecdsa, HashAlgorithmName.SHA256),
        _ => new CertificateRequest(new X500DistinguishedName(subject), _publicKey!, HashAlgorithmName.SHA256),
    };

    public X509Certificate2 Attach(X509Certificate2 certificate)
        => _key is RSA rsa ? certificate.CopyWithPrivateKey(rsa) : certificate.CopyWithPrivateKey((ECDsa)_key!);

    private static TestKey CreateEd25519()
    {
        var pem = Openssl("genpkey", "-algorithm", "ed25519");
        using var file = new TemporaryFile(pem);
        var publicPem = Openssl("pkey", "-in", file.Path, "-pubout");
        var publicKey = Convert.FromBase64String(publicPem[PemEncoding.Find(publicPem).Base64Data]);
        return new TestKey(PublicKey.CreateFromSubjectPublicKeyInfo(publicKey, out _), pem);
    }

    private static string Openssl(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(RealServers.Require("openssl"), arguments) { RedirectStandardOutput = true })!;
        return process.StandardOutput.ReadToEnd();
    }
}
