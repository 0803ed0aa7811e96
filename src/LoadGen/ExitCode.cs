namespace LoadGen;

/// <summary>What the process's exit code says; part of the program's contract.</summary>
internal static class ExitCode
{
    public const int Pass = 0;

    /// <summary>Internal error.</summary>
    public const int Fault = 1;

    /// <summary>Bad usage, or a plan with problems.</summary>
    public const int Usage = 2;

    public const int ThresholdsFailed = 10;

    /// <summary>Ended early; a partial result was written.</summary>
    public const int Aborted = 11;

    /// <summary>The generator was the limit, or too much was lost.</summary>
    public const int Inconclusive = 12;

    /// <summary>The cluster did not form.</summary>
    public const int NotFormed = 13;

    /// <summary>A target is refused by policy.</summary>
    public const int TargetRefused = 14;
}
