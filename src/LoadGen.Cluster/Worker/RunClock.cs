namespace LoadGen.Cluster.Worker;

/// <summary>Time since the start of the load on this worker, on its monotonic clock. Negative before it.</summary>
internal sealed class RunClock(TimeProvider time, TimeSpan startsIn)
{
    private readonly long _origin = time.GetTimestamp() + (long)(startsIn.TotalSeconds * time.TimestampFrequency);

    public TimeSpan Now => time.GetElapsedTime(_origin, time.GetTimestamp());
}
