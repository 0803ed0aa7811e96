namespace LoadGen.Core.Plans;

/// <summary>How the client ends a connection once its handshake is over.</summary>
public enum CloseMode
{
    /// <summary>TCP RST: no TIME_WAIT, so that local ports do not run out. The default.</summary>
    Rst,

    /// <summary>TCP FIN: the client's port stays in TIME_WAIT for a minute.</summary>
    Fin,

    /// <summary>A close_notify alert (RFC 8446 section 6.1), then FIN.</summary>
    Notify,
}
