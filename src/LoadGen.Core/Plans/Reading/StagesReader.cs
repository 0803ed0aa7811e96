using LoadGen.Core.Shapes;

namespace LoadGen.Core.Plans.Reading;

/// <summary>Reads the stages of an open load: ramps and holds.</summary>
internal sealed class StagesReader(ValueReader values)
{
    private const string Example = "- hold: { rate: 100/s, for: 10s }";

    private static readonly string[] Kinds = ["ramp", "hold"];

    /// <summary>The stages in their order; <see langword="null"/> if any problem was reported.</summary>
    public IReadOnlyList<IShape>? Read(PlanNode.Sequence stages)
    {
        if (stages.Items.Count is 0 or > PlanRules.MostStages)
        {
            values.Problems.Add(stages.Place, $"the load has {stages.Items.Count} stages", $"write 1 to {PlanRules.MostStages}, such as {Example}");
            return null;
        }

        var shapes = stages.Items.Select(Read).ToList();
        if (shapes.Contains(null))
        {
            return null;
        }

        if (shapes.Aggregate(TimeSpan.Zero, (sum, shape) => sum + shape!.Duration) > PlanRules.MostDuration)
        {
            values.Problems.Add(stages.Place, "the stages last more than 30d together", "shorten them");
            return null;
        }

        return [.. shapes.OfType<IShape>()];
    }

    private IShape? Read(PlanNode node)
    {
        if (PlanMapping.MappingOf(node, "a stage", Kinds, values.Problems) is not { } stage)
        {
            return null;
        }

        var ramp = stage.Node("ramp");
        var hold = stage.Node("hold");
        if (ramp is null == hold is null)
        {
            values.Problems.Add(stage.Place, "a stage is either a ramp or a hold", $"write one a list entry, such as {Example}");
            return null;
        }

        return ramp is null ? Hold(hold!) : Ramp(ramp);
    }

    private Constant? Hold(PlanNode node)
    {
        var hold = PlanMapping.MappingOf(node, "hold", ["rate", "for"], values.Problems);
        var rate = values.Rate(hold?.Required("rate", "100/s"));
        var duration = values.Duration(hold?.Required("for", "10s"), PlanRules.LeastTime, PlanRules.MostDuration);
        return rate is null || duration is null ? null : new Constant(rate.Value, duration.Value);
    }

    private Ramp? Ramp(PlanNode node)
    {
        var ramp = PlanMapping.MappingOf(node, "ramp", ["from", "to", "over"], values.Problems);
        var from = values.Rate(ramp?.Required("from", "0/s"), mayBeZero: true);
        var to = values.Rate(ramp?.Required("to", "100/s"), mayBeZero: true);
        var duration = values.Duration(ramp?.Required("over", "10s"), PlanRules.LeastTime, PlanRules.MostDuration);
        if (from is 0 && to is 0)
        {
            values.Problems.Add(ramp!.Place, "a ramp from zero to zero has no arrivals", "give one end a rate above 0/s");
            return null;
        }

        return from is null || to is null || duration is null ? null : new Ramp(from.Value, to.Value, duration.Value);
    }
}
