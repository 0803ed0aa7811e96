using LoadGen.Core.Generator;

namespace LoadGen.Cluster.Worker;

/// <summary>Time since the start of the load on this worker, on its monotonic clock. Negative before it.</summary>
internal sealed class RunClock(TimeProvider time, TimeSpan startsIn)
{
    private readonly long _origin = time.GetTimestamp() + (long)(startsIn.TotalSeconds * time.TimestampFrequency);

    public TimeSpan Now => time.GetElapsedTime(_origin, time.GetTimestamp());
}

/// <summary>Reads what this process has used since it began its part of the load.</summary>
internal sealed class UsageMeter(RunClock clock)
{
    private static readonly string ProcessName = $"{Environment.MachineName}:{Environment.ProcessId}";

    private readonly TimeSpan _since = clock.Now > TimeSpan.Zero ? clock.Now : TimeSpan.Zero;
    private readonly TimeSpan _cpuBefore = Environment.CpuUsage.TotalTime;
    private readonly TimeSpan _gcPauseBefore = GC.GetTotalPauseDuration();

    public GeneratorUsage Read() => new(
        ProcessName,
        Environment.ProcessorCount,
        clock.Now,
        Environment.CpuUsage.TotalTime - _cpuBefore,
        GC.GetTotalPauseDuration() - _gcPauseBefore)
    {
        Since = _since,
    };
}
