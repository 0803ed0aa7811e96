using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using LoadGen.Core.Plans;
using LoadGen.Tls.Certificates;

namespace LoadGen.Tls.Probing;

/// <summary>Reads a server's certificates and finds what their owner should be warned of.</summary>
internal static class ChainReader
{
    private const int WarnDays = 30;
    private const int LeastRsaBits = 2048;
    private const int LeastCurveBits = 256;

    private static readonly string[] BrokenHashes = ["sha1", "md5", "md2"];

    /// <summary>The certificates, and the warnings.</summary>
    /// <param name="chain">DER, the server's own first.</param>
    /// <param name="trust">Whose authorities complete the chain.</param>
    /// <param name="now">The time to count days from.</param>
    public static (IReadOnlyList<ProbedCertificate> Certificates, IReadOnlyList<string> Warnings) Read(IReadOnlyList<byte[]> chain, Trust trust, DateTimeOffset now)
    {
        var certificates = new List<X509Certificate2>();
        try
        {
            certificates.AddRange(chain.Select(der => X509CertificateLoader.LoadCertificate(der)));
            var read = certificates.ConvertAll(certificate => Describe(certificate, now));
            var warnings = certificates.Zip(read).SelectMany((pair, i) => WarningsOf(pair.First, pair.Second, i)).Concat(WarningsOfOrder(certificates, trust));
            return (read, [.. warnings]);
        }
        catch (CryptographicException error)
        {
            return ([], [$"malformed certificate: {error.Message}"]);
        }
        finally
        {
            certificates.ForEach(certificate => certificate.Dispose());
        }
    }

    private static ProbedCertificate Describe(X509Certificate2 certificate, DateTimeOffset now)
    {
        var notAfter = new DateTimeOffset(certificate.NotAfter.ToUniversalTime());
        return new ProbedCertificate(
            certificate.Subject,
            certificate.Issuer,
            KeyTypes.Of(certificate),
            certificate.SignatureAlgorithm.FriendlyName ?? certificate.SignatureAlgorithm.Value ?? "unknown",
            new DateTimeOffset(certificate.NotBefore.ToUniversalTime()),
            notAfter,
            (int)Math.Floor((notAfter - now).TotalDays))
        {
            Names = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().FirstOrDefault() is { } names
                ? [.. names.EnumerateDnsNames(), .. names.EnumerateIPAddresses().Select(address => address.ToString())]
                : [],
        };
    }

    private static IEnumerable<string> WarningsOf(X509Certificate2 certificate, ProbedCertificate read, int place)
    {
        var name = place == 0 ? "the server's certificate" : $"the authority {read.Subject}";
        if (read.DaysLeft < 0)
        {
            yield return $"{name} expired {-read.DaysLeft} days ago";
        }
        else if (read.DaysLeft < WarnDays)
        {
            yield return $"{name} expires in {read.DaysLeft} days";
        }

        // The self-signature of a root is never verified.
        if (!IsSelfSigned(certificate) && Array.Exists(BrokenHashes, hash => read.SignatureAlgorithm.StartsWith(hash, StringComparison.OrdinalIgnoreCase)))
        {
            yield return $"{name} is signed with {read.SignatureAlgorithm}, which clients reject";
        }

        using var ecdsa = certificate.GetECDsaPublicKey();
        if (KeyStrength.RsaBitsOf(certificate) < LeastRsaBits || ecdsa?.KeySize < LeastCurveBits)
        {
            yield return $"{name} has a small key: {read.KeyType}";
        }

        if (place == 0 && read.Names.Count == 0)
        {
            yield return CertificateNames.CommonNamesOf(certificate).FirstOrDefault() is { } common
                ? $"{name} has its name only as the common name ({common}), which browsers reject: it needs a subjectAltName (RFC 9525)"
                : $"{name} has no name: it needs a subjectAltName (RFC 9525)";
        }
    }

    private static IEnumerable<string> WarningsOfOrder(List<X509Certificate2> certificates, Trust trust)
    {
        if (certificates is [var only] && !IsSelfSigned(only) && !LeadsToRoot(only, trust))
        {
            yield return $"missing intermediate: the server did not send the certificate of {only.Issuer}, and it is not among the trusted ones";
        }

        for (var i = 1; i < certificates.Count; i++)
        {
            if (!Issued(certificates[i], certificates[i - 1]))
            {
                yield return $"the chain is out of order: {certificates[i].Subject} is not the issuer of {certificates[i - 1].Subject}";
            }
        }
    }

    private static bool LeadsToRoot(X509Certificate2 certificate, Trust trust)
    {
        using var chain = new X509Chain();
        if (trust is Trust.Authorities { Pem: var pem })
        {
            chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            chain.ChainPolicy.CustomTrustStore.ImportFromPem(pem);
        }

        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.Build(certificate);
        foreach (var authority in chain.ChainPolicy.CustomTrustStore)
        {
            authority.Dispose();
        }

        return !chain.ChainStatus.Any(status => status.Status.HasFlag(X509ChainStatusFlags.PartialChain));
    }

    private static bool IsSelfSigned(X509Certificate2 certificate) => Issued(certificate, certificate);

    private static bool Issued(X509Certificate2 issuer, X509Certificate2 certificate)
        => issuer.SubjectName.RawData.AsSpan().SequenceEqual(certificate.IssuerName.RawData);
}
