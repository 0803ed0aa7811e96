using System.Text.Json.Serialization;

namespace LoadGen.Core.Handshakes;

/// <summary>
/// Why a handshake failed: a closed set, so that failures can be counted, compared and alerted on.
/// </summary>
public enum FailureKind
{
    /// <summary>The target's name did not resolve.</summary>
    DnsFailure,

    /// <summary>The target's address may not be loaded: it is neither loopback nor private, and was not authorised.</summary>
    NotAuthorized,

    /// <summary>The connection was refused (RST to our SYN): nothing listens there.</summary>
    ConnectionRefused,

    /// <summary>No TCP connection within the connect timeout.</summary>
    ConnectTimeout,

    /// <summary>No route to the target.</summary>
    Unreachable,

    /// <summary>The peer reset the connection after it was established.</summary>
    ConnectionReset,

    /// <summary>The handshake did not end within the handshake timeout.</summary>
    HandshakeTimeout,

    /// <summary>The server sent a fatal alert (RFC 8446 section 6.2); <see cref="Failure.Alert"/> says which.</summary>
    AlertReceived,

    /// <summary>
    /// We ended the handshake with a fatal alert for a reason of our own, not for what the server sent, which is a
    /// <see cref="ProtocolError"/>; <see cref="Failure.Alert"/> says which.
    /// </summary>
    AlertSent,

    /// <summary>The server closed the connection before the handshake ended, without an alert.</summary>
    ClosedEarly,

    /// <summary>The server's chain does not end in a trusted authority.</summary>
    CertificateUntrusted,

    /// <summary>A certificate of the server's chain is past its notAfter.</summary>
    CertificateExpired,

    /// <summary>A certificate of the server's chain is before its notBefore.</summary>
    CertificateNotYetValid,

    /// <summary>The server's certificate is for another name (RFC 9525).</summary>
    CertificateWrongName,

    /// <summary>The server's chain is invalid in another way: a broken signature, a forbidden usage, an unreadable certificate.</summary>
    CertificateInvalid,

    /// <summary>
    /// The server's bytes were not TLS, or a message of it breaks the protocol or a limit. <see cref="Failure.Alert"/> is the alert that
    /// we answered with, where the engine tells it.
    /// </summary>
    ProtocolError,

    /// <summary>A full handshake was asked for and the server resumed a session.</summary>
    UnexpectedResumption,

    /// <summary>The server refused to go over to TLS, or does not offer it.</summary>
    [JsonStringEnumMemberName("starttls_refused")]
    StartTlsRefused,

    /// <summary>The HTTP proxy opened no tunnel to the target.</summary>
    ProxyRefused,

    /// <summary>This host has no free local port for the connection.</summary>
    PortsExhausted,

    /// <summary>This process may open no more files.</summary>
    FilesExhausted,

    /// <summary>The run was stopped while the handshake was in progress.</summary>
    Cancelled,

    /// <summary>An error of the load generator itself, or one that the operating system did not explain.</summary>
    InternalError,

    /// <summary>
    /// The server answered the HTTP request that was to confirm the handshake with a status that the profile does not expect. Last,
    /// since nodes send the number of a kind to each other.
    /// </summary>
    UnexpectedStatus,
}

/// <summary>Who is at fault for a failed handshake, as far as the client can tell.</summary>
public enum FaultSide
{
    /// <summary>The server answered, and its answer ended the handshake.</summary>
    Server,

    /// <summary>The client ended it: its trust, its configuration, its user.</summary>
    Client,

    /// <summary>Something between the two: names, routes, silence.</summary>
    Network,

    /// <summary>The load generator ran out of something of its own: ports, files, permission.</summary>
    Generator,
}
