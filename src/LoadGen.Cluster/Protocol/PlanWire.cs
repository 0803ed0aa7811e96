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

    public static Plan FromWire(Wire.Plan? wire)
    {
        if (wire?.Limits is null || wire.Targets.Count == 0 || wire.Profiles.Count == 0)
        {
            throw new ArgumentException("the plan is missing, or has no targets, profiles or limits");
        }

        return new Plan
        {
            Name = wire.Name,
            Targets = [.. wire.Targets.Select(FromWire)],
            Profiles = [.. wire.Profiles.Select(ProfileWire.FromWire)],
            Load = LoadWire.Take(wire),
            Engine = wire.Engine,
            Crypto = (CryptoChoice)(int)wire.Crypto,
            Close = (CloseMode)(int)wire.Close,
            Limits = new Limits
            {
                Connections = wire.Limits.Connections,
                ConnectTimeout = new TimeSpan(wire.Limits.ConnectTimeoutTicks),
                HandshakeTimeout = new TimeSpan(wire.Limits.HandshakeTimeoutTicks),
            },
            Authorized = [.. wire.Authorized],
            Seed = wire.Seed,
            Thresholds = [.. wire.Thresholds.Select(Threshold)],
        };
    }

    private static Threshold Threshold(string expression) => ThresholdParser.TryParse(expression, out var threshold, out var remedy)
        ? threshold
        : throw new ArgumentException($"'{expression}' is not a threshold: {remedy}");

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
        StartTls = wire.Starttls.Length == 0 ? null
            : StartTlsNames.TryParse(wire.Starttls, out var protocol) ? protocol
            : throw new ArgumentException($"there is no STARTTLS for '{wire.Starttls}'"),
        Trust = wire.TrustCase switch
        {
            Wire.Target.TrustOneofCase.Anything => Trust.Insecure,
            Wire.Target.TrustOneofCase.AuthoritiesPem => new Trust.Authorities(wire.AuthoritiesPem),
            _ => Trust.System,
        },
    };
}
