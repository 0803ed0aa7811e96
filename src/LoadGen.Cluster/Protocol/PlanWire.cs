using LoadGen.Core.Handshakes;
using LoadGen.Core.Plans;

namespace LoadGen.Cluster.Protocol;

/// <summary>Plans as they travel.</summary>
internal static class PlanWire
{
    public static Wire.Plan ToWire(Plan plan)
    {
        var wire = new Wire.Plan
        {
            Name = plan.Name,
            Targets = { plan.Targets.Select(ToWire) },
            Profiles = { plan.Profiles.Select(ProfileWire.ToWire) },
            Engine = plan.Engine,
            Crypto = (Wire.CryptoChoice)(int)plan.Crypto,
            Close = (Wire.CloseMode)(int)plan.Close,
            Limits = new Wire.Limits
            {
                Connections = plan.Limits.Connections,
                AsksForConnections = plan.Limits.AsksForConnections,
                ConnectTimeoutTicks = plan.Limits.ConnectTimeout.Ticks,
                HandshakeTimeoutTicks = plan.Limits.HandshakeTimeout.Ticks,
            },
            Authorized = { plan.Authorized },
            Seed = plan.Seed,
            Thresholds = { plan.Thresholds.Select(threshold => threshold.Expression) },
        };
        LoadWire.Put(plan.Load, wire);
        return wire;
    }

    /// <summary>The plan that travelled, held to the rules that every plan is held to.</summary>
    /// <param name="wire">The plan.</param>
    /// <param name="engines">What each engine can do, where the plan comes from outside; <see langword="null"/> between nodes.</param>
    public static PlanReading Read(Wire.Plan? wire, IReadOnlyDictionary<string, EngineCapabilities>? engines = null)
    {
        if (wire?.Limits is null)
        {
            return new PlanReading.Invalid([new PlanProblem("plan", "the plan is missing, or has no limits", "submit it with the same version of loadgen")]);
        }

        var problems = new List<PlanProblem>();
        var plan = new Plan
        {
            Name = wire.Name,
            Targets = [.. wire.Targets.Select(FromWire)],
            Profiles = [.. wire.Profiles.Select(ProfileWire.FromWire)],
            Load = LoadWire.Take(wire, problems),
            Engine = wire.Engine,
            Crypto = (CryptoChoice)(int)wire.Crypto,
            Close = (CloseMode)(int)wire.Close,
            Limits = new Limits
            {
                Connections = wire.Limits.Connections,
                AsksForConnections = wire.Limits.AsksForConnections,
                ConnectTimeout = new TimeSpan(wire.Limits.ConnectTimeoutTicks),
                HandshakeTimeout = new TimeSpan(wire.Limits.HandshakeTimeoutTicks),
            },
            Authorized = [.. wire.Authorized],
            Seed = wire.Seed,
            Thresholds = ThresholdsOf(wire, problems),
        };
        problems.AddRange(engines is null ? PlanCheck.ProblemsOf(plan) : PlanCheck.ProblemsOf(plan, engines));
        return problems.Count == 0 ? new PlanReading.Valid(plan) : new PlanReading.Invalid(problems);
    }

    /// <summary>The plan in a message of another node.</summary>
    /// <exception cref="ArgumentException">There is none, or it breaks a rule.</exception>
    public static Plan FromWire(Wire.Plan? wire) => Read(wire) switch
    {
        PlanReading.Valid valid => valid.Plan,
        PlanReading.Invalid invalid => throw new ArgumentException(string.Join("; ", invalid.Problems.Take(3).Select(problem => $"{problem.Place}: {problem.Message}"))),
        _ => throw new InvalidOperationException("a plan is valid or it is not"),
    };

    private static List<Threshold> ThresholdsOf(Wire.Plan wire, List<PlanProblem> problems)
    {
        var thresholds = new List<Threshold>();
        foreach (var expression in wire.Thresholds)
        {
            if (ThresholdParser.TryParse(expression, out var threshold, out var remedy))
            {
                thresholds.Add(threshold);
            }
            else
            {
                problems.Add(new PlanProblem($"thresholds[{wire.Thresholds.IndexOf(expression)}]", $"\"{expression}\" is not a threshold", remedy));
            }
        }

        return thresholds;
    }

    private static Wire.Target ToWire(Target target)
    {
        var wire = new Wire.Target
        {
            Name = target.Name,
            Host = target.Host,
            Port = target.Port,
            ServerName = target.ServerName,
            FurtherServerNames = { target.FurtherServerNames },
            Starttls = target.StartTls?.Name() ?? "",
        };
        switch (target.Trust)
        {
            case Trust.Anything:
                wire.Anything = true;
                break;
            case Trust.Authorities authorities:
                wire.AuthoritiesPem = authorities.Pem;
                break;
            default:
                wire.SystemStore = true;
                break;
        }

        return wire;
    }

    private static Target FromWire(Wire.Target wire) => new()
    {
        Name = wire.Name,
        Host = wire.Host,
        Port = wire.Port,
        ServerName = wire.ServerName,
        FurtherServerNames = [.. wire.FurtherServerNames],
        // A name that is none becomes a number that is none, which the check refuses.
        StartTls = wire.Starttls.Length == 0 ? null : StartTlsNames.TryParse(wire.Starttls, out var protocol) ? protocol : (StartTlsProtocol)(-1),
        Trust = wire.TrustCase switch
        {
            Wire.Target.TrustOneofCase.Anything => Trust.Insecure,
            Wire.Target.TrustOneofCase.AuthoritiesPem => new Trust.Authorities(wire.AuthoritiesPem),
            _ => Trust.System,
        },
    };
}
