namespace LoadGen.Core.Handshakes;

/// <summary>
/// What a completed handshake cost on the network, as far as the engine sees it; what it does not see is absent
/// (<see langword="null"/>), not zero. Bytes are those of the TCP stream: whole TLS records, with their headers and their padding,
/// without those of TCP and IP. What follows the handshake is not in them: session tickets of TLS 1.3, requests and their answers,
/// close_notify.
/// </summary>
public readonly record struct WireCost
{
    /// <summary>Bytes sent, from the first of ClientHello to the last of our last handshake message.</summary>
    public int? BytesOut { get; init; }

    /// <summary>Bytes received, to the end of the record with the server's last handshake message.</summary>
    public int? BytesIn { get; init; }

    /// <summary>The server's Certificate message with its header, compressed if it came so (RFC 8879); absent in a handshake without one.</summary>
    public int? CertificateBytes { get; init; }

    /// <summary>
    /// Changes of direction, our ClientHello being the first: 3 for a full handshake of TLS 1.3, 4 for one of TLS 1.2, two more after a
    /// HelloRetryRequest. A change_cipher_spec that goes alone is no flight (RFC 8446 appendix D.4).
    /// </summary>
    public int? Flights { get; init; }

    /// <summary>Round trips more than the version needs: HelloRetryRequests.</summary>
    public int? Retries { get; init; }

    /// <summary>
    /// How many full TCP segments the flight that begins with ServerHello takes. More than <see cref="InitialWindow"/> do not fit into a server's first
    /// window and wait for a round trip more.
    /// </summary>
    public int? ServerFlightSegments { get; init; }

    /// <summary>What the kernel knows of the connection; of a sample of handshakes only.</summary>
    public TcpSample? Tcp { get; init; }

    /// <summary>The segments that a sender may send before the first acknowledgement (RFC 6928 section 2, at the usual segment sizes).</summary>
    public const int InitialWindow = 10;
}

/// <summary>What the kernel knows of a TCP connection at the end of its handshake (TCP_INFO, tcp(7)).</summary>
/// <param name="RoundTrip">The smoothed round-trip time.</param>
/// <param name="Retransmits">How often this host sent a segment again, SYN included. What the server sent again cannot be seen from here.</param>
public readonly record struct TcpSample(TimeSpan RoundTrip, int Retransmits);
