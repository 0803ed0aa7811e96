namespace LoadGen.TestServers.Certificates;

/// <summary>A certificate and its key as files, the way servers want them.</summary>
/// <param name="ChainPath">PEM: the server's certificate, then its intermediates.</param>
/// <param name="IntermediatesPath">PEM: the intermediates alone; <see langword="null"/> if there are none.</param>
/// <param name="KeyPath">PEM: the private key, PKCS#8, unencrypted.</param>
/// <param name="ChainPem">The text of <paramref name="ChainPath"/>; for a self-signed certificate, what a client would have to trust.</param>
public sealed record CertificateFiles(string ChainPath, string? IntermediatesPath, string KeyPath, string ChainPem);
