namespace LoadGen.Core.Generator;

/// <summary>
/// What one process of the load generator used since it began its part of the run. Cumulative, so that the last report says all.
/// Workers in one process report the same process, which counts once.
/// </summary>
/// <param name="Process">Host name and process id, such as <c>node-3:4711</c>.</param>
/// <param name="Cores">Processors this process may use.</param>
/// <param name="Elapsed">Time since the start of the run's clock.</param>
/// <param name="Cpu">User and system time of the process.</param>
/// <param name="GcPause">Time all its managed threads were paused for garbage collection.</param>
public sealed record GeneratorUsage(string Process, int Cores, TimeSpan Elapsed, TimeSpan Cpu, TimeSpan GcPause)
{
    /// <summary>When it began its part, since the start of the run's clock: later than that for one that joined later.</summary>
    public TimeSpan Since { get; init; }

    /// <summary>The time over which the rest was used.</summary>
    public TimeSpan Measured => Elapsed - Since;
}
