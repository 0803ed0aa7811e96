namespace LoadGen.Cluster.Tests.Fleet;

/// <summary>What a fleet is and does.</summary>
internal sealed record FleetOptions
{
    /// <summary>How many workers the run starts with.</summary>
    public int Workers { get; init; } = 1000;

    /// <summary>How long the load lasts.</summary>
    public required int Seconds { get; init; }

    /// <summary>Arrivals that each worker has in a second.</summary>
    public int ArrivalsPerSecond { get; init; } = 1000;

    /// <summary>
    /// Whether the reports of different workers are spread evenly over the second. Real workers all report at the whole seconds
    /// of the load, which is harder for the coordinator.
    /// </summary>
    public bool SpreadsReports { get; init; }
}
