using LoadGen.Core.Handshakes;

namespace LoadGen.TestServers.Servers;

/// <summary>One handshake as the server that completed it tells; what a server does not tell is <see langword="null"/>.</summary>
/// <param name="TlsVersion">The version.</param>
/// <param name="CipherSuite">The suite's IANA name.</param>
/// <param name="Group">The IANA name of the key exchange group; in a resumed handshake of TLS 1.2 that of the first one, if any.</param>
/// <param name="Resumed">Whether it resumed a session.</param>
public sealed record ServerHandshake(TlsVersion TlsVersion, string CipherSuite, string? Group, bool Resumed)
{
    /// <summary>The distinguished name in the client's certificate, such as <c>CN=client</c>; <see langword="null"/> also where there was none.</summary>
    public string? ClientSubject { get; init; }

    /// <summary>The name that the client asked for (RFC 6066 section 3); <see langword="null"/> also where there was none.</summary>
    public string? ServerName { get; init; }

    /// <summary>Where the client is, as far as the server knows: what a PROXY protocol header says, else the other end of the connection.</summary>
    public string? ClientAddress { get; init; }

    /// <summary>The protocol that the server chose (RFC 7301); <see langword="null"/> also where there was none.</summary>
    public string? ApplicationProtocol { get; init; }
}
