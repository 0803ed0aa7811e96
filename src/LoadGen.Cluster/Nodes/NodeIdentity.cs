using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace LoadGen.Cluster.Nodes;

/// <summary>What a node shows the others, and whom it believes: mutual TLS between nodes.</summary>
public sealed class NodeIdentity
{
    private const string OtherSecret = "comes from another secret; start both as the same user, or give both the same --node-secret";

    // A secret has no end but that of its file, and no clock decides about it (RFC 5280 section 4.1.2.5).
    private static readonly DateTimeOffset ValidFrom = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset ValidTo = new(9999, 12, 31, 23, 59, 59, TimeSpan.Zero);

    private readonly X509Certificate2 _certificate;

    /// <summary>An identity of its own, among nodes that an authority vouches for.</summary>
    /// <param name="certificate">This node's certificate with its private key; RSA or ECDSA.</param>
    /// <param name="authorities">The roots that the nodes' certificates must chain to, and their intermediates if there are any.</param>
    public NodeIdentity(X509Certificate2 certificate, X509Certificate2Collection authorities)
        : this(certificate, new PeerTrust(authorities, "is not signed by the authority of this cluster"))
    {
    }

    private NodeIdentity(X509Certificate2 certificate, PeerTrust trust)
    {
        (_certificate, Trust) = (certificate, trust);
        Context = SslStreamCertificateContext.Create(certificate, additionalCertificates: null, offline: true);
    }

    internal SslStreamCertificateContext Context { get; }

    internal PeerTrust Trust { get; }

    /// <summary>The identity that all nodes share who know a secret.</summary>
    /// <param name="secret">What <see cref="NewSecret"/> gave.</param>
    /// <exception cref="CryptographicException">It is none.</exception>
    public static NodeIdentity Of(string secret)
    {
        var certificate = X509Certificate2.CreateFromPem(secret, secret);
        return new NodeIdentity(certificate, new PeerTrust([certificate], OtherSecret));
    }

    /// <summary>Makes a secret: a certificate that signs itself, and its private key, as PEM.</summary>
    public static string NewSecret()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = new CertificateRequest("CN=loadgen", key, HashAlgorithmName.SHA256).CreateSelfSigned(ValidFrom, ValidTo);
        return $"{certificate.ExportCertificatePem()}\n{key.ExportPkcs8PrivateKeyPem()}\n";
    }

    /// <summary>Why other nodes with the same authorities would refuse this one; <see langword="null"/> if they would not.</summary>
    public string? WhyRefused() => Trust.WhyNot(_certificate);
}
