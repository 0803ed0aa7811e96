using LoadGen.Core.Tallies;

namespace LoadGen.Core.Plans;

/// <summary>
/// A condition on the result, such as <c>p99 &lt; 50ms</c>, <c>handshake.p95 &lt; 20ms</c>, <c>bytes_in.max &lt; 6000</c> or <c>failures &lt; 0.1%</c>.
/// </summary>
public sealed record Threshold
{
    /// <summary>The condition as it was written.</summary>
    public required string Expression { get; init; }

    /// <summary>Which distribution <see cref="Statistic"/> is of; <see langword="null"/> for what is of the whole run.</summary>
    public Measure? Measure { get; init; }

    /// <summary>What is compared.</summary>
    public required Statistic Statistic { get; init; }

    /// <summary>How it is compared.</summary>
    public required Comparison Comparison { get; init; }

    /// <summary>
    /// The bound, in the unit of the measure; otherwise a ratio from 0 to 1 for failures, resumed and kept, completed handshakes per second for
    /// the rate.
    /// </summary>
    public required double Bound { get; init; }

    /// <summary>Whether an observed value, in the unit of <see cref="Bound"/>, meets the condition.</summary>
    public bool Holds(double observed) => Comparison switch
    {
        Comparison.Less => observed < Bound,
        Comparison.LessOrEqual => observed <= Bound,
        Comparison.Greater => observed > Bound,
        _ => observed >= Bound,
    };
}

/// <summary>How a threshold compares.</summary>
public enum Comparison
{
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

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

    /// <summary>Handshakes that resumed a session / completed, from 0 to 1.</summary>
    Resumed,

    /// <summary>Handshakes that offered a session and were not resumed / all that offered one, from 0 to 1.</summary>
    Refused,

    /// <summary>Handshakes whose early data the server took / all that sent some, from 0 to 1.</summary>
    EarlyData,

    /// <summary>Handshakes stopped on purpose whose connections the server left open / all of those, from 0 to 1.</summary>
    Kept,
}
