namespace LoadGen.Tls;

/// <summary>How far a handshake has come, as its messages show.</summary>
[Flags]
internal enum Milestones
{
    None = 0,

    /// <summary>ServerHello was received (a HelloRetryRequest is none).</summary>
    ServerHello = 1,

    /// <summary>The last message of the server's flight was received.</summary>
    ServerFlight = 2,

    /// <summary>Our Finished was written.</summary>
    ClientFinished = 4,

    /// <summary>The server's answer to it was received: the last thing that the profile waits for, after all of ours was sent.</summary>
    ServerConfirmed = 8,

    /// <summary>The handshake is what its profile calls successful, once everything written is sent.</summary>
    Complete = 16,
}
