using LoadGen.Core.Handshakes;
using LoadGen.TestServers.Certificates;

namespace LoadGen.TestServers.Servers;

/// <summary>What every kind of server can be told, in IANA's names; an empty list leaves the choice to the server.</summary>
public record TlsServerOptions
{
    /// <summary>One certificate for each kind of key that it serves.</summary>
    public required IReadOnlyList<CertificateFiles> Certificates { get; init; }

    /// <summary>A PEM file with the authorities of clients. With it, a client must show a certificate that one of them signed.</summary>
    public string? ClientAuthorities { get; init; }

    /// <summary>The versions that it speaks: TLS 1.2, TLS 1.3 or both.</summary>
    public IReadOnlyList<TlsVersion> Versions { get; init; } = [TlsVersion.Tls12, TlsVersion.Tls13];

    /// <summary>
    /// The groups that it accepts, such as <c>x25519</c>. In TLS 1.2 OpenSSL holds the curve of a client's ECDSA certificate to
    /// them too: with others than <c>secp256r1</c>, a client that shows one with that curve is refused.
    /// </summary>
    public IReadOnlyList<string> Groups { get; init; } = [];

    /// <summary>The suites of TLS 1.2 that it accepts, such as <c>TLS_RSA_WITH_AES_128_GCM_SHA256</c>; those of TLS 1.3 stay as they are.</summary>
    public IReadOnlyList<string> CipherSuites { get; init; } = [];

    /// <summary>Whether it keeps sessions of TLS 1.2 to resume them by their ids (RFC 5246 section 7.3).</summary>
    public bool SessionIds { get; init; }

    /// <summary>Whether it seals sessions into tickets (RFC 5077). Without these and ids nothing is resumed, in TLS 1.3 neither.</summary>
    public bool Tickets { get; init; } = true;

    /// <summary>The application protocols that it speaks (ALPN), in the order of its preference.</summary>
    public IReadOnlyList<string> ApplicationProtocols { get; init; } = [];

    /// <summary>Whether connections begin with a header of the PROXY protocol; of nginx and haproxy only.</summary>
    public bool ProxyProtocol { get; init; }

    /// <summary>Whether it answers HTTP requests with 200; of haproxy only, where nginx has a port for that.</summary>
    public bool AnswersHttp { get; init; }
}
