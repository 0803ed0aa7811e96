namespace LoadGen.Core.Plans;

/// <summary>What a threshold compares.</summary>
public enum Statistic
{
    /// <summary>The median.</summary>
    P50,
    P90,
    P95,
    P99,

    /// <summary>The 99.9th percentile.</summary>
    P999,
    Max,
    Mean,

    /// <summary>(failed + dropped + lost) / scheduled, from 0 to 1.</summary>
    Failures,

    /// <summary>Completed handshakes per second.</summary>
    Rate,
}
