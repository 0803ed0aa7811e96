namespace LoadGen.EndToEnd.Tests.Faults;

/// <summary>A run on several processes.</summary>
internal sealed record FaultOptions
{
    /// <summary>Workers that the run waits for.</summary>
    public int Workers { get; init; } = 4;

    /// <summary>Arrivals in a second.</summary>
    public int Rate { get; init; } = 200;

    public TimeSpan Duration { get; init; } = TimeSpan.FromSeconds(18);

    /// <summary>The same on every node; by default the program's.</summary>
    public TimeSpan? Lease { get; init; }

    /// <summary>Whether a second coordinator stands by.</summary>
    public bool Standby { get; init; }

    /// <summary>Whether every process has a network of its own.</summary>
    public bool Isolated { get; init; }

    /// <summary>Variables for the first worker alone.</summary>
    public IReadOnlyDictionary<string, string?> FirstWorkerEnvironment { get; init; } = new Dictionary<string, string?>();

    /// <summary>Arrivals of the whole run.</summary>
    public long Scheduled => (long)(Rate * Duration.TotalSeconds);
}
