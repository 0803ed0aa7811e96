using System.Globalization;
using LoadGen.Core.Handshakes;
using LoadGen.Core.Plans.Reading;

namespace LoadGen.Core.Plans.Keys;

/// <summary>What values of a plan must be together, and what its engine must be able to do.</summary>
internal static class PlanChecks
{
    /// <summary>The plan with what follows from its values; problems are reported.</summary>
    public static Plan Settle(Plan plan, PlanContext context)
    {
        plan = plan with
        {
            Limits = SettleLimits(plan, context),
            Profiles = [.. plan.Profiles.Index().Select(entry => SettleProfile(entry.Item, $"profiles[{entry.Index}]", plan, context))],
        };
        CheckRouting(plan, context);
        if (context.Engines is null)
        {
            return plan;
        }

        foreach (var engine in plan.Profiles.Select(profile => profile.Engine!.Name).Distinct())
        {
            PlanKeys.Section.CheckEngine(plan, "", "the plan", engine, context);
            foreach (var (index, target) in plan.Targets.Index())
            {
                TargetKeys.Section.CheckEngine(target, $"targets[{index}]", PlanKeys.Targets.Who(target), engine, context);
            }
        }

        foreach (var (index, profile) in plan.Profiles.Index())
        {
            ProfileKeys.Section.CheckEngine(profile, $"profiles[{index}]", PlanKeys.Profiles.Who(profile), profile.Engine!.Name, context);
        }

        return plan;
    }

    private static void CheckRouting(Plan plan, PlanContext context)
    {
        foreach (var (index, target) in plan.Targets.Index())
        {
            if (target is { SocketPath: not null, Proxy: not null })
            {
                context.Problems.Add(context.PlaceOf($"targets[{index}].proxy"), "a proxy opens no tunnel to a Unix domain socket", "leave out the proxy");
            }
        }

        // A rule without a target is a slip of the pen, and the run would go where it was not meant to.
        var reached = plan.Targets.Where(target => target.SocketPath is null).Select(target => Routes.DialledOf(plan, target)).ToList();
        foreach (var (index, rule) in plan.Resolve.Index().Where(entry => !reached.Exists(end => entry.Item.Matches(end.Host, end.Port))))
        {
            context.Problems.Add(context.PlaceOf($"resolve[{index}]"), $"no target is at {rule.Host ?? "*"}:{rule.Port}", "write the host and port as the target has them");
        }

        foreach (var (index, rule) in plan.ConnectTo.Index().Where(entry => !plan.Targets.Any(target => target.SocketPath is null && entry.Item.Matches(target.Host, target.Port))))
        {
            context.Problems.Add(context.PlaceOf($"connectTo[{index}]"), $"no target is at {rule.Host ?? "*"}:{rule.Port?.ToString(CultureInfo.InvariantCulture) ?? "*"}", "write the host and port as the target has them");
        }

        if (plan.Sources.Count > PlanRules.MostSources)
        {
            context.Problems.Add(context.PlaceOf("sources"), $"{plan.Sources.Count} source addresses are too many", $"name at most {PlanRules.MostSources}");
        }
    }

    private static Limits SettleLimits(Plan plan, PlanContext context)
    {
        if (plan.Load is not Load.Closed { Connections: var connections })
        {
            return plan.Limits;
        }

        if (plan.Limits.AsksForConnections && plan.Limits.Connections < connections)
        {
            context.Problems.Add(
                context.PlaceOf("limits.connections"),
                $"the limit of {plan.Limits.Connections} connections is below the {connections} of the load",
                "raise the limit, or lower the load's connections");
        }

        return plan.Limits with { Connections = connections, AsksForConnections = true };
    }

    private static Profile SettleProfile(Profile profile, string path, Plan plan, PlanContext context)
    {
        // A plan that a node has read has its engines.
        var engine = context.Engines is null ? profile.Engine : EngineChoice.For(plan, profile, context.Engines);
        var speaks = engine is null ? null : context.Engines?[engine.Name].TlsVersions;
        var isWritten = context.Where($"{path}.tls") is not null || context.Where("profiles[*].tls") is not null;

        // Suites chosen without versions bring the versions they belong to: a version offered without a suite cannot succeed.
        var settled = isWritten ? profile : profile with
        {
            TlsVersions = [.. profile.TlsVersions.Where(version
                => speaks?.Contains(version) != false && (profile.CipherSuites.Count == 0 || profile.CipherSuites.Any(suite => Fits(suite, version))))],
        };
        settled = SettleConfirmation(settled with { Engine = engine }, path, context);
        settled = SettleEarlyData(settled, path, context);
        CheckSuites(settled, path, context);
        foreach (var (index, share) in (settled.KeyShares ?? []).Index().Where(entry => settled.Groups.Count > 0 && !settled.Groups.Contains(entry.Item)))
        {
            context.Problems.Add(
                context.PlaceOf($"{path}.keyShares[{index}]"),
                $"profile {profile.Name} sends a key share for {share}, which is not among its groups",
                "add it to the groups (RFC 8446 section 4.2.8)");
        }

        return settled;
    }

    // A status that is expected asks for the request that it answers.
    private static Profile SettleConfirmation(Profile profile, string path, PlanContext context)
    {
        var isWritten = context.Where($"{path}.confirm") is not null || context.Where("profiles[*].confirm") is not null;
        if (profile.ExpectStatus.Count > 0 && profile.Confirm != Confirm.Http)
        {
            if (isWritten)
            {
                context.Problems.Add(
                    context.PlaceOf($"{path}.expectStatus"), $"profile {profile.Name} expects an HTTP status but sends no request", "set confirm to http, or leave expectStatus out");
            }

            profile = profile with { Confirm = Confirm.Http };
        }

        // The request is in HTTP/1.1 (RFC 9112); a server that chose h2 would take it for a broken connection preface.
        if (profile.Confirm == Confirm.Http
            && profile.Alpn.Index().FirstOrDefault(entry => entry.Item is not ("http/1.1" or "http/1.0")) is { Item: { } other, Index: var index })
        {
            context.Problems.Add(
                context.PlaceOf($"{path}.alpn[{index}]"),
                $"profile {profile.Name} offers {Written.Quote(other)}, but confirms by a request in HTTP/1.1",
                "offer http/1.1 alone, or confirm by close");
        }

        return profile;
    }

    // Only a handshake that offers to resume can send any: by default all of them do.
    private static Profile SettleEarlyData(Profile profile, string path, PlanContext context)
    {
        if (profile.EarlyData is null)
        {
            return profile;
        }

        var isWritten = context.Where($"{path}.resume") is not null || context.Where("profiles[*].resume") is not null;
        profile = isWritten ? profile : profile with { Resume = 1 };
        var (fault, remedy) = profile switch
        {
            { Resume: 0 } => ("but never offers to resume a session", "give resume a part, such as 100% (RFC 8446 section 2.3), or leave it out"),
            _ when !profile.TlsVersions.Contains(TlsVersion.Tls13) => ("but does not offer TLS 1.3", "add 1.3 to tls"),
            { EarlyData: EarlyData.Zeros, Confirm: Confirm.Http } => ("that is no HTTP request, but confirms by HTTP", "write http, or name a file with a request"),
            _ => (null, ""),
        };
        if (fault is not null)
        {
            context.Problems.Add(context.PlaceOf($"{path}.earlyData"), $"profile {profile.Name} sends early data {fault}", remedy);
        }

        return profile;
    }

    private static void CheckSuites(Profile profile, string path, PlanContext context)
    {
        if (profile.CipherSuites.Count == 0)
        {
            return;
        }

        var bare = profile.TlsVersions.Index().Where(entry => !profile.CipherSuites.Any(suite => Fits(suite, entry.Item))).ToList();
        foreach (var (index, version) in bare)
        {
            context.Problems.Add(
                context.PlaceOf($"{path}.tls[{index}]"),
                $"profile {profile.Name} offers TLS {version.Name()} without a cipher suite of that version",
                "leave out that version, or add such a suite");
        }

        var useless = profile.CipherSuites.Index().Where(entry => !profile.TlsVersions.Any(version => Fits(entry.Item, version))).ToList();
        if (bare.Count == 0 && useless is [var first, ..])
        {
            context.Problems.Add(
                context.PlaceOf($"{path}.ciphers[{first.Index}]"),
                $"profile {profile.Name} offers {first.Item} without a TLS version that has it",
                "leave out that suite, or add its version to tls");
        }
    }

    // RFC 8446 appendix B.4: the suites of TLS 1.3 do not name a key exchange "WITH" a cipher.
    private static bool Fits(string suite, TlsVersion version)
        => suite.Contains("_WITH_", StringComparison.Ordinal) == (version < TlsVersion.Tls13);
}
