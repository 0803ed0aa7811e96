namespace LoadGen.Core.Handshakes;

/// <summary>
/// The steps of one TLS client handshake, in order. Each is timed from the end of the step before it, so that the
/// phases of a handshake add up to its whole. Every time stamp is taken at the wire: when bytes were handed to the
/// kernel, or when the bytes that hold a message came back from it. Work of the client between two reads is therefore
/// part of the phase that ends with its next write, never of the server's.
/// </summary>
public enum Phase
{
    /// <summary>Name resolution. Absent when the target is an address, or its name was resolved a moment ago.</summary>
    Dns,

    /// <summary>TCP: SYN to established.</summary>
    TcpConnect,

    /// <summary>Established to the server's go-ahead for TLS, in the protocol spoken before it. Absent where there is none.</summary>
    StartTls,

    /// <summary>First byte of ClientHello sent to ServerHello received (a HelloRetryRequest and its answer included).</summary>
    ServerHello,

    /// <summary>
    /// ServerHello received to the end of the server's flight: Finished in TLS 1.3 (RFC 8446 section 2), ServerHelloDone
    /// in TLS 1.2 (RFC 5246 section 7.3). Zero when both came in one read.
    /// </summary>
    ServerFlight,

    /// <summary>End of the server's flight to our Finished handed to the kernel: the client's own computing.</summary>
    ClientFinished,

    /// <summary>
    /// Our Finished to the last thing awaited of the server: the first byte of its answer or its close_notify where the profile
    /// asks for one, else its Finished in TLS 1.2. Absent where nothing was awaited.
    /// </summary>
    ServerConfirmed,
}
