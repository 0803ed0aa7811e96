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

/// <summary>
/// Which certificates are those of nodes: the ones that chain to the given authorities and to nothing else, within their
/// validity. The host name is not compared, since nodes come and go with changing addresses: every holder of a certificate of
/// these authorities is a node. Nothing is looked up on the network, neither revocation nor missing issuers.
/// </summary>
/// <param name="authorities">The authorities, with intermediates if there are any.</param>
/// <param name="unknown">What is wrong with a certificate that chains to none of them; the end of a sentence that begins with it.</param>
internal sealed class PeerTrust(X509Certificate2Collection authorities, string unknown)
{
    /// <summary>Why a certificate is not a node's, as the end of a sentence that begins with it; <see langword="null"/> if it is.</summary>
    /// <param name="certificate">What the peer showed, if anything.</param>
    /// <param name="at">The time to judge its validity by; by default now.</param>
    public string? WhyNot(X509Certificate2? certificate, DateTime? at = null)
    {
        if (certificate is null)
        {
            return "is missing";
        }

        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        if (at is { } time)
        {
            chain.ChainPolicy.VerificationTime = time;
            chain.ChainPolicy.VerificationTimeIgnored = false;
        }

        return chain.Build(certificate) ? null : Reason(certificate, chain);
    }

    private string Reason(X509Certificate2 certificate, X509Chain chain)
    {
        var found = chain.ChainStatus.Aggregate(X509ChainStatusFlags.NoError, (all, status) => all | status.Status);
        if ((found & (X509ChainStatusFlags.PartialChain | X509ChainStatusFlags.UntrustedRoot)) != 0)
        {
            return $"({certificate.Subject}) {unknown}";
        }

        return (found & X509ChainStatusFlags.NotTimeValid) != 0
            ? $"({certificate.Subject}) or one of its issuers is valid only from {certificate.NotBefore:u} to {certificate.NotAfter:u}"
            : $"({certificate.Subject}) is not valid: {found}";
    }
}
