namespace LoadGen.TargetServer;

/// <summary>What a server's first messages say about its handshake.</summary>
internal enum HandshakeForm
{
    /// <summary>Not seen yet.</summary>
    Unknown,

    /// <summary>A full handshake.</summary>
    Full,

    /// <summary>One that resumes an earlier session.</summary>
    Resumed,
}
