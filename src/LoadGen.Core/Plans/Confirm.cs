namespace LoadGen.Core.Plans;

/// <summary>What must come back from the server after the handshake for it to count as completed.</summary>
public enum Confirm
{
    /// <summary>Nothing. TLS 1.3 is then complete when our Finished is sent, before the server has judged a client certificate.</summary>
    None,

    /// <summary>The first byte of the answer to an HTTP/1.1 GET of <c>/</c>.</summary>
    Http,

    /// <summary>The server's close_notify in answer to ours (RFC 8446 section 6.1).</summary>
    Close,
}
