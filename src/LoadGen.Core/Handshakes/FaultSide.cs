namespace LoadGen.Core.Handshakes;

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
