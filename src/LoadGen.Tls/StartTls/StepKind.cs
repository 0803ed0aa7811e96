namespace LoadGen.Tls.StartTls;

/// <summary>What comes next in a dialogue.</summary>
internal enum StepKind
{
    /// <summary>The server's turn: bytes have to be received.</summary>
    NeedMore,

    /// <summary>The client's turn: bytes have to be sent; then the dialogue goes on with nothing received.</summary>
    Say,

    /// <summary>The end: the next byte in either direction is TLS.</summary>
    Ready,

    /// <summary>The end: the server speaks the protocol and does not want TLS.</summary>
    Refused,

    /// <summary>The end: the server does not speak the protocol, or not well enough to go on.</summary>
    Broken,
}
