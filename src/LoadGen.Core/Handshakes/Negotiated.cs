namespace LoadGen.Core.Handshakes;

/// <summary>
/// What a completed handshake was, as the wire showed it. Engines hand out one instance for each distinct value, so that
/// counting them costs a reference comparison.
/// </summary>
/// <param name="TlsVersion">The protocol version of ServerHello.</param>
/// <param name="CipherSuite">The suite's IANA name, such as <c>TLS_AES_128_GCM_SHA256</c>.</param>
/// <param name="Group">
/// The IANA name of the key exchange group, such as <c>x25519</c>; <see langword="null"/> for static RSA, and where the
/// engine cannot see it.
/// </param>
/// <param name="Resumed">Whether the server resumed an earlier session.</param>
public sealed record Negotiated(TlsVersion TlsVersion, string CipherSuite, string? Group, bool Resumed);
