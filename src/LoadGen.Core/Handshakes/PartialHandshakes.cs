using LoadGen.Core.Plans;

namespace LoadGen.Core.Handshakes;

/// <summary>How the holding of a connection ended.</summary>
public enum HoldEnd
{
    /// <summary>It was open for as long as the profile says, or until the run was stopped.</summary>
    Kept,

    /// <summary>The server closed it before.</summary>
    Closed,

    /// <summary>The server reset it before.</summary>
    Reset,
}

/// <summary>A connection that was held open and is not any more.</summary>
/// <param name="End">How that ended.</param>
/// <param name="After">How long it was held.</param>
/// <param name="StoppedAfter">Where its handshake was stopped; <see cref="StopAfter.None"/> for a completed one.</param>
public readonly record struct HeldConnection(HoldEnd End, TimeSpan After, StopAfter StoppedAfter);
