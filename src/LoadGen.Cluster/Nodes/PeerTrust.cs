using System.Security.Cryptography.X509Certificates;

namespace LoadGen.Cluster.Nodes;

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
