using LoadGen.Core.Handshakes;
using LoadGen.Core.Plans.Units;

namespace LoadGen.Core.Plans.Reading;

/// <summary>The targets of the plan, or of the flags that replace them.</summary>
internal sealed class TargetsSection(ValueReader values, AuthoritiesReader authorities, string planFolder)
{
    private const int HttpsPort = 443;

    private static readonly string[] Keys = ["name", "address", "serverName", "starttls", "trust"];

    private static readonly Dictionary<string, StartTlsProtocol> StartTlsProtocols =
        Enum.GetValues<StartTlsProtocol>().ToDictionary(protocol => protocol.Name());

    /// <summary>At least one target, unless a problem was reported.</summary>
    /// <param name="plan">The plan; empty if there is none.</param>
    /// <param name="isUnreadable">Whether there is a plan that could not be read, so that it may well name a target.</param>
    /// <param name="flags">The command line.</param>
    public IReadOnlyList<Target> Read(PlanMapping plan, bool isUnreadable, PlanFlags flags)
    {
        var ofPlan = OfPlan(plan);
        var named = Written.OfFlags("--target", flags.Targets, ',') is { } addresses ? OfFlags(addresses) : ofPlan;
        var targets = named ?? (flags.DefaultTarget is { } target ? [target] : null);
        if (targets is null && !isUnreadable)
        {
            values.Problems.Add(plan.Place, "no target is named", $"add targets: to the plan, or --target, such as --target {AddressText.Examples}");
        }

        return [.. Overridden(targets ?? [], flags)];
    }

    private List<Target>? OfPlan(PlanMapping plan)
    {
        var names = new UniqueNames(values, "target");
        return plan.Mappings("targets", "a target", Keys)?
            .Select(entry => Read(entry, names))
            .OfType<Target>()
            .ToList();
    }

    private Target? Read(PlanMapping entry, UniqueNames names)
    {
        var name = names.Read(entry.Required("name", "gateway"));
        var address = Address(entry.Required("address", "gateway.internal:443"));
        var serverNames = ServerNames(entry.Scalars("serverName"));
        var startTls = values.OneOf(entry.Scalar("starttls"), null, "a protocol before TLS", StartTlsProtocols);
        var trust = TrustOf(entry.Node("trust"));
        return name is null || address is not var (host, port)
            ? null
            : new Target
            {
                Name = name,
                Host = host,
                Port = port,
                ServerName = serverNames.FirstOrDefault(host),
                FurtherServerNames = [.. serverNames.Skip(1)],
                StartTls = startTls,
                Trust = trust ?? Trust.System,
            };
    }

    // The names must be fit for labels, which an address is not.
    private List<Target> OfFlags(IReadOnlyList<Written> written)
        => [.. written
            .Select((text, index) => Address(text) is not var (host, port)
                ? null
                : new Target { Name = written.Count == 1 ? "target" : $"target-{index + 1}", Host = host, Port = port, ServerName = host })
            .OfType<Target>()];

    private IEnumerable<Target> Overridden(IReadOnlyList<Target> targets, PlanFlags flags)
    {
        var serverNames = ServerNames(Written.OfFlags("--servername", flags.ServerNames, ','));
        var startTls = values.OneOf(null, Written.OfFlag("--starttls", flags.StartTls), "a protocol before TLS", StartTlsProtocols);
        var trust = TrustOfFlags(flags);
        return targets.Select(target => target with
        {
            ServerName = serverNames.FirstOrDefault(target.ServerName),
            FurtherServerNames = serverNames.Count > 0 ? [.. serverNames.Skip(1)] : target.FurtherServerNames,
            StartTls = startTls ?? target.StartTls,
            Trust = trust ?? target.Trust,
        });
    }

    private (string Host, int Port)? Address(Written? written)
    {
        if (written is null)
        {
            return null;
        }

        if (AddressText.TryParse(written.Text, HttpsPort, out var host, out var port))
        {
            return (host, port);
        }

        values.Problems.Add(written.Place, $"{written.Quoted} is not an address", $"write host:port, such as {AddressText.Examples}");
        return null;
    }

    private List<string> ServerNames(IReadOnlyList<Written>? written) => [.. (written ?? []).Select(ServerName).OfType<string>()];

    private string? ServerName(Written written)
    {
        if (HostText.IsHost(written.Text))
        {
            return written.Text;
        }

        values.Problems.Add(written.Place, $"{written.Quoted} is not a server name", PlanRules.ServerNameRemedy);
        return null;
    }

    private Trust? TrustOf(PlanNode? node)
    {
        if (node is null)
        {
            return null;
        }

        if (node is PlanNode.Mapping mapping)
        {
            var file = new PlanMapping(mapping, "trust", ["ca"], values.Problems).Required("ca", "ca.pem");
            return file is null ? null : authorities.Read(file, planFolder);
        }

        switch ((node as PlanNode.Scalar)?.Text)
        {
            case "system":
                return Trust.System;
            case "insecure":
                return Trust.Insecure;
            default:
                values.Problems.Add(node.Place, $"trust is {node.Kind}", "write system, insecure or { ca: ca.pem }");
                return null;
        }
    }

    private Trust? TrustOfFlags(PlanFlags flags)
    {
        var file = Written.OfFlag("--cacert", flags.CaCert);
        if (file is not null && flags.Insecure)
        {
            values.Problems.Add(Place.OfFlag("--insecure"), "excludes --cacert", "give one of the two");
            return null;
        }

        return flags.Insecure ? Trust.Insecure : file is null ? null : authorities.Read(file, Directory.GetCurrentDirectory());
    }
}
