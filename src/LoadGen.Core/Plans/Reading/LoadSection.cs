using LoadGen.Core.Shapes;

namespace LoadGen.Core.Plans.Reading;

/// <summary>
/// The load of the plan with what flags put in its place. Each flag overrides its own part: <c>--rate</c> on a plan of five
/// minutes lasts five minutes.
/// </summary>
internal sealed class LoadSection(ValueReader values)
{
    private const double DefaultPerSecond = 100;

    private static readonly TimeSpan DefaultDuration = TimeSpan.FromSeconds(10);

    private static readonly string[] ClosedKeys = ["connections", "for", "count"];

    /// <summary>The load; <see langword="null"/> if a problem was reported.</summary>
    public Load? Read(PlanMapping plan, PlanFlags flags)
    {
        var (ofPlan, planCount) = OfPlan(plan);
        var rate = values.Rate(Written.OfFlag("--rate", flags.Rate));
        var concurrency = Connections(Written.OfFlag("--concurrency", flags.Concurrency));
        var duration = Duration(Written.OfFlag("--duration", flags.Duration));
        var count = Count(Written.OfFlag("--count", flags.Count)) ?? planCount;
        if (flags.Rate is not null && flags.Concurrency is not null)
        {
            values.Problems.Add(Place.OfFlag("--rate"), "excludes --concurrency", "give one of the two");
            return null;
        }

        if (rate is not null)
        {
            return Constant(rate.Value, duration ?? DurationOf(ofPlan), count);
        }

        if (concurrency is not null)
        {
            return Closed(concurrency.Value, duration ?? DurationOf(ofPlan), count);
        }

        return ofPlan switch
        {
            LoadChoices.Open open => Open(open, duration, count),
            LoadChoices.Closed closed => Closed(closed, duration ?? closed.Duration, count),
            _ => Constant(DefaultPerSecond, duration, count),
        };
    }

    private (LoadChoices? Load, long? Count) OfPlan(PlanMapping plan)
    {
        var written = plan.Scalar("count");
        var count = Count(written);
        switch (plan.Node("load"))
        {
            case null:
                return (null, count);
            case PlanNode.Sequence list:
                return (new StagesReader(values).Read(list) is { } stages ? new LoadChoices.Open(list.Place, stages) : null, count);
            case PlanNode.Mapping mapping:
                var closed = new PlanMapping(mapping, "a closed load", ClosedKeys, values.Problems);
                var connections = Connections(closed.Required("connections", "50"));
                var duration = Duration(closed.Scalar("for"));
                var ownCount = closed.Scalar("count");
                if (written is not null && ownCount is not null)
                {
                    values.Problems.Add(ownCount.Place, "\"count\" is written for the plan and for its load", "keep one of them");
                }

                return (
                    connections is null ? null : new LoadChoices.Closed(closed.Place, connections.Value, duration),
                    Count(ownCount) ?? count);
            case var node:
                values.Problems.Add(
                    node.Place,
                    $"the load is {node.Kind}",
                    "write a list of stages, such as - hold: { rate: 100/s, for: 10s }, or { connections: 50, for: 10s }");
                return (null, count);
        }
    }

    private static TimeSpan? DurationOf(LoadChoices? load) => load switch
    {
        LoadChoices.Open open => open.Stages.Aggregate(TimeSpan.Zero, (sum, stage) => sum + stage.Duration),
        LoadChoices.Closed closed => closed.Duration,
        _ => null,
    };

    // A count without a duration lasts as long as the rate needs for it.
    private Load.Open? Constant(double perSecond, TimeSpan? duration, long? count)
    {
        var seconds = duration?.TotalSeconds ?? (count / perSecond) ?? DefaultDuration.TotalSeconds;
        if (seconds > PlanRules.MostDuration.TotalSeconds)
        {
            values.Problems.Add(Place.OfFlag("--count"), $"{count} arrivals at {perSecond}/s take more than 30d", "raise the rate, or lower the count");
            return null;
        }

        return Scheduled(new Constant(perSecond, TimeSpan.FromSeconds(seconds)), count, Place.OfFlag("--rate"));
    }

    private Load.Open? Open(LoadChoices.Open open, TimeSpan? duration, long? count)
    {
        if (duration is null)
        {
            return Scheduled(open.Stages is [var only] ? only : new Stages(open.Stages), count, open.Place);
        }

        switch (open.Stages)
        {
            case [Constant hold]:
                return Scheduled(hold with { Duration = duration.Value }, count, open.Place);
            case [Ramp ramp]:
                return Scheduled(ramp with { Duration = duration.Value }, count, open.Place);
            default:
                values.Problems.Add(
                    Place.OfFlag("--duration"),
                    $"the plan has {open.Stages.Count} stages, and it is not clear which one to change",
                    "change the stages in the plan, or give --rate too");
                return null;
        }
    }

    private Load.Open? Scheduled(IShape shape, long? count, Place place)
    {
        var schedule = new Schedule(shape, count);
        if (schedule.Count > 0)
        {
            return new Load.Open(schedule);
        }

        values.Problems.Add(place, "not a single arrival falls into the duration", "raise the rate, or the duration");
        return null;
    }

    private Load.Closed? Closed(LoadChoices.Closed closed, TimeSpan? duration, long? count)
    {
        if (duration is null && count is null)
        {
            values.Problems.Add(closed.Place, "a closed load without an end", "add for: 10s or count: 1000");
            return null;
        }

        return new Load.Closed(closed.Connections, duration, count);
    }

    private static Load.Closed Closed(int connections, TimeSpan? duration, long? count)
        => new(connections, duration is null && count is null ? DefaultDuration : duration, count);

    private int? Connections(Written? written) => (int?)values.Whole(written, 1, PlanRules.MostConnections);

    private TimeSpan? Duration(Written? written) => values.Duration(written, PlanRules.LeastTime, PlanRules.MostDuration);

    private long? Count(Written? written) => values.Whole(written, 1, PlanRules.MostArrivals);
}
