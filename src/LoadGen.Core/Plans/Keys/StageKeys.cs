using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Nodes;
using LoadGen.Core.Plans.Reading;
using LoadGen.Core.Shapes;

namespace LoadGen.Core.Plans.Keys;

/// <summary>What stands under <c>load</c>: a list of stages, or the mapping of a closed load.</summary>
internal sealed class PlannedLoadValue : PlanValue<PlannedLoad?>
{
    private const string Example = "- hold: { rate: 100/s, for: 10s }";

    public override bool TryRead(PlanNode node, string path, PlanContext context, [NotNullWhen(true)] out PlannedLoad? value)
    {
        value = node switch
        {
            PlanNode.Mapping => LoadKeys.Closed.Read(node, path, context),
            PlanNode.Sequence stages => Read(stages, path, context),
            _ => null,
        };
        if (node is PlanNode.Scalar)
        {
            context.Problems.Add(node.Place, $"the load is {node.Kind}", $"write a list of stages, such as {Example}, or {{ connections: 50, for: 10s }}");
        }

        return value is not null;
    }

    public override JsonNode? Write(PlannedLoad? value) => value switch
    {
        PlannedLoad.Open open => new JsonArray([.. open.Stages.Select(StageKind.WriteStage)]),
        PlannedLoad.Closed closed => LoadKeys.Closed.Write(closed),
        _ => null,
    };

    public override JsonObject Schema() => new()
    {
        ["anyOf"] = new JsonArray(
            new JsonObject { ["type"] = "array", ["items"] = StageKind.StageSchema(), ["minItems"] = 1, ["maxItems"] = PlanRules.MostStages },
            LoadKeys.Closed.Schema()),
    };

    public override void Describe(string section, ICollection<PlanReferenceEntry> reference)
    {
        foreach (var kind in StageKind.All)
        {
            kind.Describe($"{section}[].{kind.Name}", reference);
        }

        LoadKeys.Closed.Describe(section, reference);
    }

    private static PlannedLoad.Open? Read(PlanNode.Sequence stages, string path, PlanContext context)
    {
        if (stages.Items.Count is 0 or > PlanRules.MostStages)
        {
            context.Problems.Add(stages.Place, $"the load has {stages.Items.Count} stages", $"write 1 to {PlanRules.MostStages}, such as {Example}");
            return null;
        }

        var shapes = stages.Items.Index().Select(stage => StageKind.Read(stage.Item, $"{path}[{stage.Index}]", context)).ToList();
        if (shapes.Contains(null))
        {
            return null;
        }

        // As days: the sum may be too large for a time.
        if (shapes.Sum(shape => shape!.Duration.TotalDays) > PlanRules.MostDuration.TotalDays)
        {
            context.Problems.Add(stages.Place, "the stages last more than 30d together", "shorten them");
            return null;
        }

        return new PlannedLoad.Open([.. shapes.OfType<IShape>()]);
    }
}

/// <summary>One kind of stage: the name it has in plans, and the shape it makes.</summary>
internal abstract class StageKind(string name)
{
    private static readonly DurationValue Length = new(PlanRules.LeastTime, PlanRules.MostDuration);
    private static readonly RateValue RateOrZero = new(mayBeZero: true);

    /// <summary>Every kind. A new shape is declared here.</summary>
    public static IReadOnlyList<StageKind> All { get; } =
    [
        new Kind<Ramp>("ramp", new Section<Ramp>("a ramp", new Ramp(0, 0, TimeSpan.Zero),
        [
            new PlanKey<Ramp, double>("from", RateOrZero)
            {
                Get = ramp => ramp.FromPerSecond,
                Set = (ramp, rate) => ramp with { FromPerSecond = rate },
                Help = "The arrival rate at the start.",
                Example = "0/s",
                IsRequired = true,
            },
            new PlanKey<Ramp, double>("to", RateOrZero)
            {
                Get = ramp => ramp.ToPerSecond,
                Set = (ramp, rate) => ramp with { ToPerSecond = rate },
                Help = "The arrival rate at the end.",
                Example = "100/s",
                IsRequired = true,
            },
            new PlanKey<Ramp, TimeSpan>("over", Length)
            {
                Get = ramp => ramp.Duration,
                Set = (ramp, duration) => ramp with { Duration = duration },
                Help = "How long it takes.",
                Example = "10s",
                IsRequired = true,
            },
        ]))
        {
            Fault = ramp => ramp.Arrivals > 0 ? null : ("a ramp from zero to zero has no arrivals", "give one end a rate above 0/s"),
            Lasting = (ramp, duration) => ramp with { Duration = duration },
        },
        new Kind<Constant>("hold", new Section<Constant>("a hold", new Constant(0, TimeSpan.Zero),
        [
            new PlanKey<Constant, double>("rate", new RateValue(mayBeZero: false))
            {
                Get = hold => hold.PerSecond,
                Set = (hold, rate) => hold with { PerSecond = rate },
                Help = "The arrival rate.",
                Example = "100/s",
                IsRequired = true,
            },
            new PlanKey<Constant, TimeSpan>("for", Length)
            {
                Get = hold => hold.Duration,
                Set = (hold, duration) => hold with { Duration = duration },
                Help = "How long it lasts.",
                Example = "10s",
                IsRequired = true,
            },
        ]))
        {
            Lasting = (hold, duration) => hold with { Duration = duration },
        },
    ];

    public string Name => name;

    /// <summary>Reads a stage: a mapping with the name of one kind.</summary>
    public static IShape? Read(PlanNode node, string path, PlanContext context)
    {
        context.Note(path, node.Place);
        if (PlanMapping.Of(node, "a stage", [.. All.Select(kind => kind.Name)], context.Problems) is not { } stage)
        {
            return null;
        }

        var kinds = All.Where(kind => stage.Node(kind.Name) is not null).ToList();
        if (kinds is [var kind])
        {
            return kind.ReadShape(stage.Node(kind.Name)!, path, context);
        }

        context.Problems.Add(
            stage.Place, $"a stage is {string.Join(" or ", All.Select(each => $"a {each.Name}"))}", "write one a list entry, such as - hold: { rate: 100/s, for: 10s }");
        return null;
    }

    public static JsonNode WriteStage(IShape stage)
        => All.Select(kind => kind.WriteShape(stage) is { } json ? new JsonObject { [kind.Name] = json } : null).OfType<JsonObject>().First();

    public static JsonObject StageSchema() => new()
    {
        ["anyOf"] = new JsonArray([.. All.Select(kind => new JsonObject
        {
            ["type"] = "object",
            ["properties"] = new JsonObject { [kind.Name] = kind.Schema() },
            ["required"] = new JsonArray(kind.Name),
            ["additionalProperties"] = false,
        })]),
    };

    /// <summary>The stage with another duration.</summary>
    public static IShape? WithDuration(IShape stage, TimeSpan duration) => All.Select(kind => kind.Stretch(stage, duration)).FirstOrDefault(shape => shape is not null);

    public abstract void Describe(string section, ICollection<PlanReferenceEntry> reference);

    protected abstract IShape? ReadShape(PlanNode node, string path, PlanContext context);

    protected abstract JsonObject? WriteShape(IShape stage);

    protected abstract JsonObject Schema();

    protected abstract IShape? Stretch(IShape stage, TimeSpan duration);

    private sealed class Kind<T>(string name, Section<T> section) : StageKind(name)
        where T : class, IShape
    {
        public required Func<T, TimeSpan, T> Lasting { get; init; }

        /// <summary>What is wrong with values that are right one by one, and the remedy.</summary>
        public Func<T, (string Message, string Remedy)?> Fault { get; init; } = _ => null;

        public override void Describe(string parent, ICollection<PlanReferenceEntry> reference) => section.Describe(parent, reference);

        protected override IShape? ReadShape(PlanNode node, string path, PlanContext context)
        {
            var shape = section.Read(node, path, context);
            if (shape is not null && Fault(shape) is var (message, remedy))
            {
                context.Problems.Add(node.Place, message, remedy);
                return null;
            }

            return shape;
        }

        protected override JsonObject? WriteShape(IShape stage) => stage is T shape ? section.Write(shape) : null;

        protected override JsonObject Schema() => section.Schema();

        protected override IShape? Stretch(IShape stage, TimeSpan duration) => stage is T shape ? Lasting(shape, duration) : null;
    }
}
