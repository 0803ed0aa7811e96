using System.Security.Cryptography.X509Certificates;

namespace LoadGen.Cluster.Nodes;

/// <summary>What a node shows the others, and whom it believes: mutual TLS between nodes.</summary>
/// <param name="certificate">This node's certificate with its private key; RSA or ECDSA.</param>
/// <param name="authorities">The roots that the nodes' certificates must chain to, and their intermediates if there are any.</param>
public sealed class NodeIdentity(X509Certificate2 certificate, X509Certificate2Collection authorities)
{
    internal X509Certificate2 Certificate => certificate;

    internal PeerTrust Trust { get; } = new(authorities);

    /// <summary>Why other nodes with the same authorities would refuse this one; <see langword="null"/> if they would not.</summary>
    public string? WhyRefused() => Trust.WhyNot(certificate);
}
