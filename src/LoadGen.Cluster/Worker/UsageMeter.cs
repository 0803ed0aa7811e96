using LoadGen.Core.Tallies;

namespace LoadGen.Cluster.Worker;

/// <summary>Reads what this process has used since the start of the load.</summary>
internal sealed class UsageMeter(RunClock clock)
{
    private static readonly string ProcessName = $"{Environment.MachineName}:{Environment.ProcessId}";

    private readonly TimeSpan _cpuBefore = Environment.CpuUsage.TotalTime;
    private readonly TimeSpan _gcPauseBefore = GC.GetTotalPauseDuration();

    public GeneratorUsage Read() => new(
        ProcessName,
        Environment.ProcessorCount,
        clock.Now,
        Environment.CpuUsage.TotalTime - _cpuBefore,
        GC.GetTotalPauseDuration() - _gcPauseBefore);
}
