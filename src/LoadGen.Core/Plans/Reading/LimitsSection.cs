namespace LoadGen.Core.Plans.Reading;

/// <summary>The limits of the plan, or of the flags that override them.</summary>
internal sealed class LimitsSection(ValueReader values)
{
    private static readonly string[] Keys = ["connections", "connectTimeout", "handshakeTimeout"];

    public Limits Read(PlanMapping plan, PlanFlags flags, Load? load)
    {
        var limits = new Limits();
        var section = plan.Node("limits") is { } node ? PlanMapping.MappingOf(node, "limits", Keys, values.Problems) : null;
        var connect = Timeout(section?.Scalar("connectTimeout")) ?? limits.ConnectTimeout;
        var handshake = Timeout(section?.Scalar("handshakeTimeout")) ?? limits.HandshakeTimeout;
        if (Timeout(Written.OfFlag("--timeout", flags.Timeout)) is { } timeout)
        {
            handshake = timeout;
            connect = timeout < connect ? timeout : connect;
        }

        var connections = Connections(section?.Scalar("connections"), Written.OfFlag("--max-connections", flags.MaxConnections), load);
        return new Limits
        {
            Connections = connections ?? limits.Connections,
            AsksForConnections = connections is not null,
            ConnectTimeout = connect,
            HandshakeTimeout = handshake,
        };
    }

    private TimeSpan? Timeout(Written? written) => values.Duration(written, PlanRules.LeastTime, PlanRules.MostTimeout);

    private int? Connections(Written? ofPlan, Written? ofFlag, Load? load)
    {
        var inPlan = values.Whole(ofPlan, 1, PlanRules.MostConnections);
        var connections = values.Whole(ofFlag, 1, PlanRules.MostConnections) ?? inPlan;
        if (load is not Load.Closed closed)
        {
            return (int?)connections;
        }

        if (connections < closed.Connections)
        {
            values.Problems.Add(
                (ofFlag ?? ofPlan)!.Place,
                $"the limit of {connections} connections is below the {closed.Connections} of the load",
                "raise the limit, or lower the load's connections");
        }

        return closed.Connections;
    }
}
