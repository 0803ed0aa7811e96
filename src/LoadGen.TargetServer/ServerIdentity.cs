using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace LoadGen.TargetServer;

/// <summary>
/// A certificate for localhost, 127.0.0.1 and ::1 under an authority of its own, both made here and kept in memory only.
/// The authority's key is discarded once it has signed.
/// </summary>
internal sealed class ServerIdentity : IDisposable
{
    private static readonly TimeSpan Validity = TimeSpan.FromDays(365);

    // A client's clock may be behind this machine's.
    private static readonly TimeSpan ClockSkew = TimeSpan.FromDays(1);

    private readonly X509Certificate2 _certificate;

    private ServerIdentity(X509Certificate2 certificate, string authority)
    {
        _certificate = certificate;
        Authority = authority;

        // Built once: without it every handshake would build the chain anew.
        Context = SslStreamCertificateContext.Create(certificate, additionalCertificates: null, offline: true);
    }

    /// <summary>The authority's certificate in PEM.</summary>
    public string Authority { get; }

    /// <summary>The certificate as SslStream wants it.</summary>
    public SslStreamCertificateContext Context { get; }

    public static ServerIdentity Create(KeyKind kind)
    {
        var now = DateTimeOffset.UtcNow;
        var notBefore = now - ClockSkew;
        var notAfter = now + Validity;

        using var authorityKey = SigningKey.Create(kind);
        var authorityRequest = authorityKey.Request("CN=LoadGen built-in target CA");
        authorityRequest.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, critical: true));
        authorityRequest.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, critical: true));
        authorityRequest.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(authorityRequest.PublicKey, critical: false));
        using var authority = authorityRequest.CreateSelfSigned(notBefore, notAfter);

        using var leafKey = SigningKey.Create(kind);
        var leafRequest = leafKey.Request("CN=localhost");
        leafRequest.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, critical: true));
        leafRequest.CertificateExtensions.Add(new X509KeyUsageExtension(leafKey.LeafUsages, critical: true));
        leafRequest.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1", "serverAuth")], critical: false));
        leafRequest.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(leafRequest.PublicKey, critical: false));
        leafRequest.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(authority, true, false));
        leafRequest.CertificateExtensions.Add(Names());
        using var unkeyed = leafRequest.Create(authority, notBefore, notAfter, RandomNumberGenerator.GetBytes(16));

        return new ServerIdentity(leafKey.Attach(unkeyed), authority.ExportCertificatePem());
    }

    public void Dispose() => _certificate.Dispose();

    private static X509Extension Names()
    {
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        names.AddIpAddress(IPAddress.IPv6Loopback);
        return names.Build();
    }
}
