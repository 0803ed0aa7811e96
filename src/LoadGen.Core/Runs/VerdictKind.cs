namespace LoadGen.Core.Runs;

/// <summary>What a run comes to.</summary>
public enum VerdictKind
{
    /// <summary>Every threshold held.</summary>
    Pass,

    /// <summary>A threshold did not hold, or nothing completed.</summary>
    Fail,

    /// <summary>The generator was the limit, or too much was lost to say anything about the server.</summary>
    Inconclusive,

    /// <summary>Ended early.</summary>
    Aborted,
}
