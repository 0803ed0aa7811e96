namespace LoadGen.Core.Plans.Reading;

/// <summary>The ends of what a plan may ask for.</summary>
internal static class PlanRanges
{
    public const int MostPerSecond = 1_000_000;
    public const int MostConnections = 1_000_000;
    public const int MostWeight = 1000;

    /// <summary>Each target and each profile is a label value of every metric; more would swamp whoever collects them.</summary>
    public const int MostNames = 100;

    public const int MostStages = 1000;
    public static readonly TimeSpan LeastTime = TimeSpan.FromMilliseconds(1);
    public static readonly TimeSpan MostTimeout = TimeSpan.FromMinutes(10);
    public static readonly TimeSpan MostHold = TimeSpan.FromHours(1);
    public static readonly TimeSpan MostDuration = TimeSpan.FromDays(30);

    /// <summary>More arrivals than the fastest and longest run can have.</summary>
    public static readonly long MostArrivals = MostPerSecond * (long)MostDuration.TotalSeconds;
}
