namespace LoadGen.Core.Handshakes;

/// <summary>How the holding of a connection ended.</summary>
public enum HoldEnd
{
    /// <summary>It was open for as long as the profile says, or until the run was stopped.</summary>
    Kept,

    /// <summary>The server closed or reset it before.</summary>
    EndedByServer,
}
