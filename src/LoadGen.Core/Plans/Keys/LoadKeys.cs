using LoadGen.Core.Shapes;

namespace LoadGen.Core.Plans.Keys;

/// <summary>The load as it was written, before flags and file are put together.</summary>
internal sealed record WrittenLoad
{
    private const double DefaultPerSecond = 100;

    private static readonly TimeSpan DefaultDuration = TimeSpan.FromSeconds(10);

    /// <summary>What stands under <c>load</c>; <see langword="null"/> for nothing.</summary>
    public PlannedLoad? Planned { get; init; }

    public long? Count { get; init; }

    public double? Rate { get; init; }

    public long? Concurrency { get; init; }

    public TimeSpan? Duration { get; init; }

    /// <summary>The load as it would be written.</summary>
    public static WrittenLoad Of(Load load) => load switch
    {
        Load.Open { Schedule: var schedule } => new()
        {
            Planned = new PlannedLoad.Open(schedule.Shape is Stages stages ? stages.Parts : [schedule.Shape]),
            Count = schedule.AtMost,
        },
        Load.Closed closed => new() { Planned = new PlannedLoad.Closed(closed.Connections, closed.Duration, closed.Count) },
        _ => throw new ArgumentOutOfRangeException(nameof(load)),
    };

    /// <summary>
    /// The load. Each flag overrides its own part: <c>--rate</c> on a plan of five minutes lasts five minutes.
    /// <see langword="null"/> if there is none, which was reported.
    /// </summary>
    public Load? Settle(PlanContext context)
    {
        if (Rate is not null && Concurrency is not null)
        {
            context.Problems.Add(context.PlaceOf(LoadKeys.Rate), $"excludes {LoadKeys.ConcurrencyFlag.Name}", "give one of the two");
            return null;
        }

        if (Planned is PlannedLoad.Closed { Count: not null } && Count is not null && !context.PlaceOf(LoadKeys.Count).IsFlag)
        {
            context.Problems.Add(context.PlaceOf("load.count"), "\"count\" is written for the plan and for its load", "keep one of them");
            return null;
        }

        var duration = Duration ?? Planned?.Duration;
        return (Rate, Concurrency, Planned) switch
        {
            ({ } rate, _, _) => Constant(rate, duration, context),
            (_, { } connections, var planned) => Closed((int)connections, duration, Count ?? planned?.Count, mayBeEndless: true, context),
            (_, _, PlannedLoad.Closed closed) => Closed((int)closed.Connections, duration, Count ?? closed.Count, mayBeEndless: false, context),
            (_, _, PlannedLoad.Open open) => Open(open, context),
            _ => Constant(DefaultPerSecond, Duration, context),
        };
    }

    // A count without a duration lasts as long as the rate needs for it.
    private Load.Open? Constant(double perSecond, TimeSpan? duration, PlanContext context)
    {
        var count = Count ?? Planned?.Count;
        var seconds = duration?.TotalSeconds ?? (count / perSecond) ?? DefaultDuration.TotalSeconds;
        if (seconds > PlanRules.MostDuration.TotalSeconds)
        {
            context.Problems.Add(context.PlaceOf(LoadKeys.Count), $"{count} arrivals at {perSecond}/s take more than 30d", "raise the rate, or lower the count");
            return null;
        }

        return Scheduled(new Constant(perSecond, TimeSpan.FromSeconds(seconds)), count, context);
    }

    private Load.Open? Open(PlannedLoad.Open open, PlanContext context)
    {
        if (Duration is null)
        {
            return Scheduled(open.Stages is [var only] ? only : new Stages(open.Stages), Count, context);
        }

        if (open.Stages is [var stage] && StageKind.WithDuration(stage, Duration.Value) is { } changed)
        {
            return Scheduled(changed, Count, context);
        }

        context.Problems.Add(
            context.PlaceOf(LoadKeys.Duration),
            $"the plan has {open.Stages.Count} stages, and it is not clear which one to change",
            "change the stages in the plan, or give --rate too");
        return null;
    }

    private static Load.Open? Scheduled(IShape shape, long? count, PlanContext context)
    {
        var schedule = new Schedule(shape, count);
        if (schedule.Count > 0)
        {
            return new Load.Open(schedule);
        }

        context.Problems.Add(
            context.Where(LoadKeys.Rate) ?? context.PlaceOf(LoadKeys.Load), "not a single arrival falls into the duration", "raise the rate, or the duration");
        return null;
    }

    // Without any end, connections that a flag asks for loop for the default duration; those of a plan are refused.
    private static Load.Closed? Closed(int connections, TimeSpan? duration, long? count, bool mayBeEndless, PlanContext context)
    {
        if (duration is not null || count is not null || mayBeEndless)
        {
            return new Load.Closed(connections, duration is null && count is null ? DefaultDuration : duration, count);
        }

        context.Problems.Add(context.PlaceOf(LoadKeys.Load), "a closed load without an end", "add for: 10s or count: 1000");
        return null;
    }
}

/// <summary>What stands under <c>load</c>.</summary>
internal abstract record PlannedLoad
{
    private PlannedLoad()
    {
    }

    public abstract TimeSpan? Duration { get; }

    public abstract long? Count { get; init; }

    internal sealed record Open(IReadOnlyList<IShape> Stages) : PlannedLoad
    {
        public override TimeSpan? Duration => Stages.Aggregate(TimeSpan.Zero, (sum, stage) => sum + stage.Duration);

        public override long? Count { get; init; }
    }

    internal sealed record Closed(long Connections, TimeSpan? For, long? Count) : PlannedLoad
    {
        public override TimeSpan? Duration => For;

        public override long? Count { get; init; } = Count;
    }
}

/// <summary>The keys and flags of the load.</summary>
internal static class LoadKeys
{
    public const string Load = "load";
    public const string Count = "count";
    public const string Rate = "rate";
    public const string Duration = "duration";

    public static readonly PlanFlag ConcurrencyFlag =
        new("--concurrency", "N", "Closed load: this many connections, each in a loop.", FlagGroup.Load) { Aliases = ["-c"], Example = "50" };

    private static readonly DurationValue Length = new(PlanRules.LeastTime, PlanRules.MostDuration);
    private static readonly WholeValue Connections = new(1, PlanRules.MostConnections);
    private static readonly OptionalValue<long> Arrivals = new(new WholeValue(1, PlanRules.MostArrivals));

    public static Section<PlannedLoad.Closed> Closed { get; } = new(
        "a closed load",
        new PlannedLoad.Closed(1, null, null),
        [
            new PlanKey<PlannedLoad.Closed, long>("connections", Connections)
            {
                Get = load => load.Connections,
                Set = (load, connections) => load with { Connections = connections },
                Help = "How many connections, each of which starts its next handshake when the one before it ended.",
                Example = "50",
                IsRequired = true,
            },
            new PlanKey<PlannedLoad.Closed, TimeSpan?>("for", new OptionalValue<TimeSpan>(Length))
            {
                Get = load => load.For,
                Set = (load, duration) => load with { For = duration },
                Help = "No handshake starts later than this. A closed load needs this or a count.",
                Example = "10s",
            },
            new PlanKey<PlannedLoad.Closed, long?>("count", Arrivals)
            {
                Get = load => load.Count,
                Set = (load, count) => load with { Count = count },
                Help = "No more handshakes than this.",
                Example = "1000",
            },
        ]);

    public static Section<WrittenLoad> Section { get; } = new(
        "the plan",
        new WrittenLoad(),
        [
            new PlanKey<WrittenLoad, PlannedLoad?>(Load, new PlannedLoadValue())
            {
                Get = load => load.Planned,
                Set = (load, planned) => load with { Planned = planned },
                Help = "Open: a list of stages, one after another. Closed: a number of connections.",
                Example = "[ hold: { rate: 200/s, for: 20s } ]",
                Default = "100/s for 10s",
            },
            new PlanKey<WrittenLoad, double?>(Rate, new OptionalValue<double>(new RateValue(mayBeZero: false)))
            {
                Get = load => load.Rate,
                Set = (load, rate) => load with { Rate = rate },
                Help = "An open load of one rate, in place of the plan's load, for as long as that.",
                Example = "300/s",
                IsFlagOnly = true,
                Flags =
                [
                    new PlanFlag("--rate", "N", "Open load: arrivals per second, such as 300 or 2000/s.", FlagGroup.Load)
                    {
                        Aliases = ["-r"],
                        Example = "300",
                        Default = "100/s, if there is no plan",
                    },
                ],
            },
            new PlanKey<WrittenLoad, long?>("concurrency", new OptionalValue<long>(Connections))
            {
                Get = load => load.Concurrency,
                Set = (load, connections) => load with { Concurrency = connections },
                Help = "A closed load of so many connections, in place of the plan's load, for as long as that.",
                Example = "50",
                IsFlagOnly = true,
                Flags = [ConcurrencyFlag],
            },
            new PlanKey<WrittenLoad, TimeSpan?>(Duration, new OptionalValue<TimeSpan>(Length))
            {
                Get = load => load.Duration,
                Set = (load, duration) => load with { Duration = duration },
                Help = "How long the load lasts, in place of the plan's.",
                Example = "30s",
                IsFlagOnly = true,
                Flags =
                [
                    new PlanFlag("--duration", "DURATION", "How long, such as 30s or 5m.", FlagGroup.Load) { Aliases = ["-d"], Example = "30s", Default = "10s, if there is no plan" },
                ],
            },
            new PlanKey<WrittenLoad, long?>(Count, Arrivals)
            {
                Get = load => load.Count,
                Set = (load, count) => load with { Count = count },
                Help = "No more handshakes than this.",
                Example = "1000",
                Flags = [new PlanFlag("--count", "N", "No more handshakes than this.", FlagGroup.Load) { Aliases = ["-n"], Example = "1000" }],
            },
        ]);
}
