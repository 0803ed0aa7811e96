using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using LoadGen.Core.Handshakes;
using LoadGen.Core.Plans.Reading;
using LoadGen.Core.Plans.Units;
using LoadGen.Core.Shapes;

namespace LoadGen.Core.Plans;

/// <summary>
/// Holds a plan that was made elsewhere to <see cref="PlanRules"/>. Whatever a plan comes from, only one that breaks no rule
/// becomes a run: the places of its problems are keys, such as <c>profiles[0].weight</c>.
/// </summary>
public sealed class PlanCheck
{
    /// <summary>Enough to mend a plan by; what is sent here may have a million wrong values.</summary>
    private const int MostProblems = 100;

    private readonly ProblemList _problems = new();

    private PlanCheck()
    {
    }

    /// <summary>Everything that is wrong with a plan, apart from what an engine would say; empty if it is valid.</summary>
    public static IReadOnlyList<PlanProblem> ProblemsOf(Plan plan)
    {
        var check = new PlanCheck();
        check.Check(plan);
        return check._problems.InOrder();
    }

    /// <summary>Everything that is wrong with a plan, its certificates and what its engine cannot do among it.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="engines">What each engine can do, by its name in plans.</param>
    public static IReadOnlyList<PlanProblem> ProblemsOf(Plan plan, IReadOnlyDictionary<string, EngineCapabilities> engines)
    {
        var check = new PlanCheck();
        check.Check(plan);
        check.CheckCertificates(plan);

        // An engine is asked only for what has a name.
        if (check._problems.IsEmpty)
        {
            check.CheckEngine(plan, engines);
        }

        return check._problems.InOrder();
    }

    /// <summary>What is wrong with the stages of a load, which can be put together only if nothing is.</summary>
    public static IReadOnlyList<PlanProblem> ProblemsOf(IReadOnlyList<IShape> stages)
    {
        var check = new PlanCheck();
        check.Check(stages);
        return check._problems.InOrder();
    }

    private void Check(Plan plan)
    {
        Require(PlanRules.IsName(plan.Name), "name", $"{Quote(plan.Name)} is not a plan's name", $"write 1 to {PlanRules.LongestName} printable characters");
        CheckNames("targets", "target", [.. plan.Targets.Select(target => target.Name)]);
        CheckEach("targets", plan.Targets, Check);
        CheckNames("profiles", "profile", [.. plan.Profiles.Select(profile => profile.Name)]);
        CheckEach("profiles", plan.Profiles, Check);
        Check(plan.Load);
        Check(plan.Limits, plan.Load);
        CheckEach("authorized", plan.Authorized, (key, text) => Require(
            PlanRules.IsAuthorizable(text), key, $"{Quote(text)} is neither a host name, nor an address, nor a CIDR block", PlanRules.AuthorizedRemedy));
        Require(plan.Seed >= 0, "seed", $"{plan.Seed} is out of range", $"write 0 to {int.MaxValue}");
        CheckChoice("crypto", plan.Crypto);
        CheckChoice("close", plan.Close);
    }

    private void Check(string key, Target target)
    {
        Require(HostText.IsHost(target.Host), $"{key}.address", $"{Quote(target.Host)} is not a host", $"write host:port, such as {AddressText.Examples}");
        CheckWhole($"{key}.address", "the port", target.Port, 1, 65535);
        foreach (var name in target.FurtherServerNames.Prepend(target.ServerName))
        {
            Require(HostText.IsHost(name), $"{key}.serverName", $"{Quote(name)} is not a server name", PlanRules.ServerNameRemedy);
        }

        if (target.StartTls is { } protocol)
        {
            CheckChoice($"{key}.starttls", protocol);
        }
    }

    private void Check(string key, Profile profile)
    {
        CheckWhole($"{key}.weight", "the weight", profile.Weight, 1, PlanRules.MostWeight);
        Require(profile.TlsVersions.Count > 0, $"{key}.tls", "no TLS version is offered", "name at least one");
        foreach (var version in profile.TlsVersions)
        {
            CheckChoice($"{key}.tls", version);
        }

        CheckOnce($"{key}.tls", profile.TlsVersions);
        CheckOnce($"{key}.ciphers", profile.CipherSuites);
        CheckOnce($"{key}.groups", profile.Groups);
        CheckOnce($"{key}.keyShares", profile.KeyShares ?? []);
        CheckOnce($"{key}.sigalgs", profile.SignatureSchemes);
        CheckOnce($"{key}.alpn", profile.Alpn);
        CheckEach($"{key}.alpn", profile.Alpn, (alpn, name) => Require(
            PlanRules.IsProtocolName(name), alpn, $"{Quote(name)} is not an ALPN protocol name", PlanRules.ProtocolNameRemedy));
        Require(profile.Resume is >= 0 and <= 1, $"{key}.resume", $"{profile.Resume * 100}% is not a percentage", "write 0% to 100%");
        CheckChoice($"{key}.confirm", profile.Confirm);
        CheckChoice($"{key}.checks", profile.Checks);
        CheckTime($"{key}.hold", profile.Hold, TimeSpan.Zero, PlanRules.MostHold);
        if (profile.PreSharedKey is { } psk)
        {
            Require(PlanRules.IsIdentity(psk.Identity), $"{key}.psk", "the identity of the pre-shared key is empty or too long", PlanRules.IdentityRemedy);
            Require(PlanRules.IsKey(psk.KeyHex), $"{key}.psk", "the pre-shared key is not in hexadecimal digits", PlanRules.KeyRemedy);
        }
    }

    private void Check(Load load)
    {
        switch (load)
        {
            case Load.Open { Schedule: var schedule }:
                Check(schedule.Shape is Stages stages ? stages.Parts : [schedule.Shape]);
                CheckCount("count", schedule.AtMost);
                Require(schedule.Count > 0, "load", "not a single arrival falls into the duration", "raise the rate, or the duration");
                break;
            case Load.Closed closed:
                CheckWhole("load.connections", "the number of connections", closed.Connections, 1, PlanRules.MostConnections);
                Require(closed.Duration is not null || closed.Count is not null, "load", "a closed load without an end", "add for: 10s or count: 1000");
                CheckTime("load.for", closed.Duration ?? PlanRules.LeastTime, PlanRules.LeastTime, PlanRules.MostDuration);
                CheckCount("load.count", closed.Count);
                break;
        }
    }

    private void Check(IReadOnlyList<IShape> stages)
    {
        Require(
            stages.Count is >= 1 and <= PlanRules.MostStages, "load", $"the load has {stages.Count} stages", $"write 1 to {PlanRules.MostStages}");
        CheckEach("load", stages, (key, stage) =>
        {
            var (from, to) = stage switch
            {
                Constant constant => (constant.PerSecond, constant.PerSecond),
                Ramp ramp => (ramp.FromPerSecond, ramp.ToPerSecond),
                _ => (double.NaN, double.NaN),
            };
            Require(
                PlanRules.IsRate(from, mayBeZero: true) && PlanRules.IsRate(to, mayBeZero: true) && from + to > 0,
                key,
                stage is Constant ? $"a rate of {from}/s is out of range" : $"a ramp from {from}/s to {to}/s is out of range",
                $"write more than 0/s, up to {PlanRules.MostPerSecond}/s");
            CheckTime(key, stage.Duration, PlanRules.LeastTime, PlanRules.MostDuration);
        });
        Require(
            stages.Sum(stage => stage.Duration.TotalDays) <= PlanRules.MostDuration.TotalDays, "load", "the stages last more than 30d together", "shorten them");
    }

    private void Check(Limits limits, Load load)
    {
        CheckWhole("limits.connections", "the limit of connections", limits.Connections, 1, PlanRules.MostConnections);
        CheckTime("limits.connectTimeout", limits.ConnectTimeout, PlanRules.LeastTime, PlanRules.MostTimeout);
        CheckTime("limits.handshakeTimeout", limits.HandshakeTimeout, PlanRules.LeastTime, PlanRules.MostTimeout);
        Require(
            load is not Load.Closed closed || limits.Connections >= closed.Connections,
            "limits.connections",
            $"the limit of {limits.Connections} connections is below the connections of the load",
            "raise the limit, or lower the load's connections");
    }

    private void CheckCertificates(Plan plan)
    {
        CheckEach("targets", plan.Targets, (key, target) =>
        {
            if (target.Trust is Trust.Authorities { Pem: var pem })
            {
                CheckPem($"{key}.trust", "the CA certificates", () => Certificates(pem));
            }
        });
        Require(
            plan.Targets.Select(target => target.Trust).OfType<Trust.Authorities>().Distinct().Sum(trust => (long)trust.Pem.Length) <= PlanRules.MostAuthorityCharacters,
            "targets",
            $"the CA certificates of the plan are more than {PlanRules.MostAuthorityCharacters} characters of PEM, too many to send to workers",
            "name files with only the authorities that sign the targets' certificates");
        CheckEach("profiles", plan.Profiles, (key, profile) => CheckEach($"{key}.clientCertificates", profile.Identities, (identity, each) => CheckPem(
            identity,
            "the client certificate",
            () =>
            {
                var chain = Certificates(each.CertificatePem);
                if (chain.Count > 0)
                {
                    PrivateKeys.RequireMatch(chain[0], PrivateKeys.ToPkcs8(each.KeyPem, password: null));
                }

                return chain;
            })));
        Require(
            plan.Profiles.SelectMany(profile => profile.Identities).Distinct().Sum(identity => (long)identity.CertificatePem.Length + identity.KeyPem.Length)
                <= PlanRules.MostIdentityCharacters,
            "profiles",
            $"the client certificates and keys of the plan are more than {PlanRules.MostIdentityCharacters} characters of PEM, too many to send to workers",
            "name fewer, or use ECDSA keys, which are shorter");
    }

    private void CheckEngine(Plan plan, IReadOnlyDictionary<string, EngineCapabilities> engines)
    {
        if (!engines.ContainsKey(plan.Engine))
        {
            Require(false, "engine", $"{Quote(plan.Engine)} is not an engine", DidYouMean.Remedy(plan.Engine, [.. engines.Keys]));
            return;
        }

        var check = new EngineCheck(plan.Engine, engines, _problems);
        for (var i = 0; i < plan.Profiles.Count; i++)
        {
            check.Settle(ProfileChoices.Of(plan.Profiles[i], $"profiles[{i}]"));
        }

        check.CheckStartTls(plan.Targets, Place.OfKey("targets"));
        foreach (var threshold in plan.Thresholds)
        {
            check.Check(threshold, Place.OfKey("thresholds"));
        }
    }

    private void CheckNames(string key, string what, IReadOnlyList<string> names)
    {
        Require(names.Count is >= 1 and <= PlanRules.MostNames, key, $"{names.Count} {what}s", $"name 1 to {PlanRules.MostNames}: each is a label of every metric");
        CheckEach(key, names, (each, name) => Require(PlanRules.IsLabel(name), $"{each}.name", $"{Quote(name)} is not a {what}'s name", PlanRules.LabelRemedy));
        CheckOnce(key, names);
    }

    private void CheckOnce<T>(string key, IReadOnlyList<T> values)
    {
        foreach (var twice in values.GroupBy(value => value).Where(group => group.Skip(1).Any()))
        {
            Require(false, key, $"{Quote($"{twice.Key}")} is there twice", "keep one of them");
        }
    }

    private void CheckPem(string key, string what, Func<X509Certificate2Collection> read)
    {
        var chain = new X509Certificate2Collection();
        try
        {
            chain = read();
            Require(chain.Count > 0, key, $"{what}: there is none", "submit the plan with the certificates in PEM");
        }
        catch (Exception fault) when (fault is CryptographicException or FormatException)
        {
            Require(false, key, $"{what} cannot be used: {fault.Message}", "submit the plan with the certificates in PEM, and each key as PKCS #8");
        }
        finally
        {
            foreach (var certificate in chain)
            {
                certificate.Dispose();
            }
        }
    }

    private static X509Certificate2Collection Certificates(string pem)
    {
        var chain = new X509Certificate2Collection();
        chain.ImportFromPem(pem);
        return chain;
    }

    private void CheckCount(string key, long? count) => CheckWhole(key, "the count", count ?? 1, 1, PlanRules.MostArrivals);

    private void CheckWhole(string key, string what, long value, long least, long most)
        => Require(value >= least && value <= most, key, $"{what} {value} is out of range", $"write {least} to {most}");

    private void CheckTime(string key, TimeSpan value, TimeSpan least, TimeSpan most) => Require(
        value >= least && value <= most, key, $"{value.TotalSeconds} s is out of range", $"write {DurationText.Format(least)} to {DurationText.Format(most)}");

    private void CheckChoice<T>(string key, T value)
        where T : struct, Enum => Require(Enum.IsDefined(value), key, $"there is no choice {value:D}", "submit the plan with the same version of loadgen");

    private static void CheckEach<T>(string key, IReadOnlyList<T> values, Action<string, T> check)
    {
        for (var i = 0; i < values.Count; i++)
        {
            check($"{key}[{i}]", values[i]);
        }
    }

    private void Require(bool holds, string key, string fault, string remedy)
    {
        if (!holds && _problems.Count < MostProblems)
        {
            _problems.Add(Place.OfKey(key), fault, remedy);
        }
    }

    private static string Quote(string text) => Written.Quote(text);
}
