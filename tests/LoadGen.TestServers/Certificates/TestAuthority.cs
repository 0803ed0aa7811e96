using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using LoadGen.TargetServer;

namespace LoadGen.TestServers.Certificates;

/// <summary>
/// A certificate authority of a test, with files in a folder of its own that <see cref="Dispose"/> deletes. It signs a
/// certificate of each kind of key with a root of the same kind, so that a client that knows one kind only can check it;
/// Ed25519 has no root of its own.
/// </summary>
public sealed class TestAuthority : IDisposable
{
    // The longest validity of any certificate that a test may ask for lies within this.
    private static readonly DateTimeOffset NotBefore = DateTimeOffset.UtcNow.AddYears(-2);
    private static readonly DateTimeOffset NotAfter = DateTimeOffset.UtcNow.AddYears(3);

    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    private readonly Dictionary<KeyKind, X509Certificate2> _roots;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("loadgen-certificates-");
    private int _issued;

    public TestAuthority()
    {
        _roots = Enum.GetValues<KeyKind>().ToDictionary(kind => kind, Root);
        Pem = string.Join('\n', _roots.Values.Select(root => root.ExportCertificatePem()));
        PemPath = Write("authority.pem", Pem);
    }

    /// <summary>The roots, in PEM: what a client must trust.</summary>
    public string Pem { get; }

    /// <summary>A file that holds <see cref="Pem"/>.</summary>
    public string PemPath { get; }

    /// <summary>A certificate that a client who trusts this authority accepts for localhost.</summary>
    public CertificateFiles Good(KeyKind key = KeyKind.EcdsaP256) => Issue(new LeafOptions { Key = key });

    /// <summary>One with an Ed25519 key, signed by the ECDSA root.</summary>
    public CertificateFiles Ed25519() => Issue(new LeafOptions { Ed25519 = true });

    /// <summary>One for a client: a server that trusts this authority with its clients accepts it.</summary>
    public CertificateFiles Client(KeyKind key = KeyKind.EcdsaP256, string subject = "CN=client")
        => Issue(new LeafOptions { Key = key, ForClient = true, Names = ["client.test"], Subject = subject });

    /// <summary>One that was valid until yesterday.</summary>
    public CertificateFiles Expired() => Issue(new LeafOptions { NotBefore = Days(-30), NotAfter = Days(-1) });

    /// <summary>One that is valid from tomorrow.</summary>
    public CertificateFiles NotYetValid() => Issue(new LeafOptions { NotBefore = Days(1), NotAfter = Days(30) });

    /// <summary>One for another name than localhost.</summary>
    public CertificateFiles WrongName() => Issue(new LeafOptions { Names = ["elsewhere.test"] });

    /// <summary>One that no authority signed.</summary>
    public CertificateFiles SelfSigned() => Issue(new LeafOptions { SelfSigned = true });

    /// <summary>Makes a certificate and writes it and its key.</summary>
    public CertificateFiles Issue(LeafOptions options)
    {
        var key = options.Ed25519 ? TestKey.Ed25519 : TestKey.ForLeaf(options.Key);
        var request = key.Request(options.Subject ?? $"CN={options.Names[0]}");
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, critical: true));
        // Static RSA key exchange needs encipherment besides signatures (RFC 5246 section 7.4.2).
        request.CertificateExtensions.Add(new X509KeyUsageExtension(
            options is { Key: KeyKind.Rsa2048, Ed25519: false }
                ? X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.KeyEncipherment
                : X509KeyUsageFlags.DigitalSignature,
            critical: true));
        var usage = new Oid(options.ForClient ? ClientAuthentication : ServerAuthentication);
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([usage], critical: false));
        request.CertificateExtensions.Add(NamesOf(options.Names));
        if (options.MalformedExtension is { } malformed)
        {
            Spoil(request, malformed);
        }

        var intermediate = options.ViaIntermediate ? Intermediate(_roots[options.Key], options.Key, options.IntermediateNotAfter) : null;
        using (intermediate)
        {
            using var certificate = options.SelfSigned
                ? request.CreateSelfSigned(options.NotBefore, options.NotAfter)
                : Sign(request, intermediate ?? _roots[options.Key], options.NotBefore, options.NotAfter);
            return Write(certificate.ExportCertificatePem(), intermediate?.ExportCertificatePem(), key.Pem);
        }
    }

    public void Dispose()
    {
        foreach (var root in _roots.Values)
        {
            root.Dispose();
        }

        _folder.Delete(recursive: true);
    }

    private static X509Certificate2 Root(KeyKind kind)
        => AuthorityRequest(TestKey.Create(kind), $"CN=LoadGen test root {kind}").CreateSelfSigned(NotBefore, NotAfter);

    private static X509Certificate2 Intermediate(X509Certificate2 root, KeyKind kind, DateTimeOffset notAfter)
    {
        // Its own key: one key under several names of a chain would let a client build the chain in other ways.
        var key = TestKey.Create(kind);
        using var certificate = Sign(AuthorityRequest(key, $"CN=LoadGen test intermediate {kind}"), root, NotBefore, notAfter);
        return key.Attach(certificate);
    }

    private static CertificateRequest AuthorityRequest(TestKey key, string subject)
    {
        var request = key.Request(subject);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        return request;
    }

    private static X509Certificate2 Sign(CertificateRequest request, X509Certificate2 issuer, DateTimeOffset notBefore, DateTimeOffset notAfter)
    {
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(issuer, true, false));
        using var rsa = issuer.GetRSAPrivateKey();
        using var ecdsa = issuer.GetECDsaPrivateKey();
        // The key that signs may be of another kind than the one that is signed.
        var generator = rsa is null ? X509SignatureGenerator.CreateForECDsa(ecdsa!) : X509SignatureGenerator.CreateForRSA(rsa, RSASignaturePadding.Pkcs1);
        return request.Create(issuer.SubjectName, generator, notBefore, notAfter, RandomNumberGenerator.GetBytes(16));
    }

    private static void Spoil(CertificateRequest request, string extension)
    {
        var good = request.CertificateExtensions.FirstOrDefault(each => each.Oid!.Value == extension);
        if (good is not null)
        {
            request.CertificateExtensions.Remove(good);
        }

        // A sequence that goes on behind its end.
        request.CertificateExtensions.Add(new X509Extension(extension, [0x30, 0x7f, 0x06, 0x03, 0x55], good?.Critical ?? false));
    }

    private static X509Extension NamesOf(IEnumerable<string> names)
    {
        var builder = new SubjectAlternativeNameBuilder();
        foreach (var name in names)
        {
            if (IPAddress.TryParse(name, out var address))
            {
                builder.AddIpAddress(address);
            }
            else
            {
                builder.AddDnsName(name);
            }
        }

        return builder.Build();
    }

    private static DateTimeOffset Days(int days) => DateTimeOffset.UtcNow.AddDays(days);

    private CertificateFiles Write(string leaf, string? intermediate, string key)
    {
        var number = Interlocked.Increment(ref _issued);
        var chain = intermediate is null ? leaf : $"{leaf}\n{intermediate}";
        return new CertificateFiles(
            Write($"{number}.pem", chain),
            intermediate is null ? null : Write($"{number}.intermediates.pem", intermediate),
            Write($"{number}.key", key),
            chain);
    }

    private string Write(string name, string text)
    {
        var path = Path.Combine(_folder.FullName, name);
        File.WriteAllText(path, text + "\n");
        return path;
    }
}
