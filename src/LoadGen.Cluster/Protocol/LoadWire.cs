using LoadGen.Core.Plans;
using LoadGen.Core.Shapes;

namespace LoadGen.Cluster.Protocol;

/// <summary>Loads as they travel.</summary>
internal static class LoadWire
{
    private static readonly Load NoLoad = new Load.Closed(1, null, 1);

    public static void Put(Load load, Wire.Plan wire)
    {
        switch (load)
        {
            case Load.Open { Schedule: var schedule }:
                wire.Open = new Wire.OpenLoad { Stages = { StagesOf(schedule.Shape).Select(ToWire) } };
                if (schedule.AtMost is { } atMost)
                {
                    wire.Open.AtMost = atMost;
                }

                break;
            case Load.Closed closed:
                wire.Closed = new Wire.ClosedLoad { Connections = closed.Connections };
                if (closed.Duration is { } duration)
                {
                    wire.Closed.DurationTicks = duration.Ticks;
                }

                if (closed.Count is { } count)
                {
                    wire.Closed.Count = count;
                }

                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(load));
        }
    }

    /// <summary>The load of a plan; one that stands for it where a problem was added, so that the rest of the plan can be checked too.</summary>
    public static Load Take(Wire.Plan wire, List<PlanProblem> problems)
    {
        switch (wire.LoadCase)
        {
            case Wire.Plan.LoadOneofCase.Open:
                IShape[] stages = [.. wire.Open.Stages.Select(FromWire)];

                // Stages that break a rule cannot always be put together: their sums may be too large for a time.
                if (PlanCheck.ProblemsOf(stages) is not { Count: > 0 } breaches)
                {
                    return new Load.Open(new Schedule(ShapeOf(stages), wire.Open.HasAtMost ? wire.Open.AtMost : null));
                }

                problems.AddRange(breaches);
                return NoLoad;
            case Wire.Plan.LoadOneofCase.Closed:
                return new Load.Closed(
                    wire.Closed.Connections,
                    wire.Closed.HasDurationTicks ? new TimeSpan(wire.Closed.DurationTicks) : null,
                    wire.Closed.HasCount ? wire.Closed.Count : null);
            default:
                problems.Add(new PlanProblem("load", "the plan has no load", "submit it with the same version of loadgen"));
                return NoLoad;
        }
    }

    private static IReadOnlyList<IShape> StagesOf(IShape shape) => shape is Stages stages ? stages.Parts : [shape];

    // One stage alone stays what it was, so that a plan is the same on both ends.
    private static IShape ShapeOf(IShape[] stages) => stages.Length == 1 ? stages[0] : new Stages(stages);

    private static Wire.Stage ToWire(IShape stage) => stage switch
    {
        Constant constant => new Wire.Stage
        {
            FromPerSecond = constant.PerSecond,
            ToPerSecond = constant.PerSecond,
            DurationTicks = constant.Duration.Ticks,
        },
        Ramp ramp => new Wire.Stage { FromPerSecond = ramp.FromPerSecond, ToPerSecond = ramp.ToPerSecond, DurationTicks = ramp.Duration.Ticks },
        _ => throw new ArgumentOutOfRangeException(nameof(stage)),
    };

    private static IShape FromWire(Wire.Stage wire)
    {
        var duration = new TimeSpan(wire.DurationTicks);
        return wire.FromPerSecond == wire.ToPerSecond
            ? new Constant(wire.FromPerSecond, duration)
            : new Ramp(wire.FromPerSecond, wire.ToPerSecond, duration);
    }
}
