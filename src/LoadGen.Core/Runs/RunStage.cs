namespace LoadGen.Core.Runs;

/// <summary>How far a run has come.</summary>
public enum RunStage
{
    /// <summary>Waiting for enough workers.</summary>
    Forming,

    /// <summary>Every worker has its slice and gets ready: trust is read, addresses are checked, code is warm.</summary>
    Preparing,

    /// <summary>Under load.</summary>
    Running,

    /// <summary>Told to stop early: nothing starts any more, what is under way may end.</summary>
    Stopping,

    /// <summary>Over; the result is known.</summary>
    Ended,
}
