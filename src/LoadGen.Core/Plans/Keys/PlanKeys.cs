using System.Net;
using LoadGen.Core.Handshakes;
using LoadGen.Core.Plans.Reading;

namespace LoadGen.Core.Plans.Keys;

/// <summary>The keys at the top of a plan, apart from those of the load, and the limits.</summary>
internal static class PlanKeys
{
    public static ItemsValue<Target> Targets { get; } = new(TargetKeys.Section, "target", target => target.Name);

    public static ItemsValue<Profile> Profiles { get; } = new(ProfileKeys.Section, "profile", profile => profile.Name);

    public static PlanFlag TargetFlag { get; } = new("--target", "HOST:PORT", "What to load.", FlagGroup.Target)
    {
        Example = "127.0.0.1:8443",
        Separators = ",",
        Default = "the built-in target",
    };

    private static DurationValue Timeout => new(PlanRules.LeastTime, PlanRules.MostTimeout);

    private static Section<Limits> Limits { get; } = new(
        "limits",
        new Limits(),
        [
            new PlanKey<Limits, long?>("connections", new OptionalValue<long>(new WholeValue(1, PlanRules.MostConnections)))
            {
                Get = limits => limits.AsksForConnections ? limits.Connections : null,
                Set = (limits, connections) => limits with { Connections = (int)connections!.Value, AsksForConnections = true },
                Help = "The most connections open at once, over all workers. An arrival that finds none free is dropped, and counted as such.",
                Example = "5000",
                Default = "1000, or those of a closed load",
                Flags = [new PlanFlag("--max-connections", "N", "The most connections open at once, over all workers.", FlagGroup.Run) { Example = "5000", Default = "1000" }],
            },
            new PlanKey<Limits, TimeSpan>("connectTimeout", Timeout)
            {
                Get = limits => limits.ConnectTimeout,
                Set = (limits, timeout) => limits with { ConnectTimeout = timeout },
                Help = "From the first SYN to an established connection.",
                Example = "2s",
            },
            new PlanKey<Limits, TimeSpan>("handshakeTimeout", Timeout)
            {
                Get = limits => limits.HandshakeTimeout,
                Set = (limits, timeout) => limits with { HandshakeTimeout = timeout },
                Help = "From the established connection to what the profile calls success.",
                Example = "3s",
            },
            new PlanKey<Limits, long>("rsaBits", new WholeValue(PlanRules.LeastRsaBits, PlanRules.MostRsaBits))
            {
                Get = limits => limits.RsaBits,
                Set = (limits, bits) => limits with { RsaBits = (int)bits },
                Help = "The largest RSA key that a certificate of a server may have, in bits; larger ones are `certificate_invalid`.",
                Example = "16384",
            },
            new PlanKey<Limits, TimeSpan>("timeout", Timeout)
            {
                Get = limits => limits.HandshakeTimeout,
                Set = (limits, timeout) => limits with { HandshakeTimeout = timeout, ConnectTimeout = timeout < limits.ConnectTimeout ? timeout : limits.ConnectTimeout },
                Help = "`handshakeTimeout`, and `connectTimeout` if that is longer.",
                Example = "2s",
                IsFlagOnly = true,
                Flags = [new PlanFlag("--timeout", "DURATION", "Deadline of each handshake, and of the connect before it.", FlagGroup.Run) { Example = "2s", Default = "10s, connect 5s" }],
            },
        ]);

    public static Section<Plan> Section { get; } = new(
        "the plan",
        new Plan { Name = "", Targets = [], Profiles = [], Load = new Load.Closed(1, null, 1) },
        [
            new PlanKey<Plan, string>("name", new TextValue("a plan's name", PlanRules.IsName, $"write 1 to {PlanRules.LongestName} printable characters"))
            {
                Get = plan => plan.Name,
                Set = (plan, name) => plan with { Name = name.Trim() },
                Help = "The run's name in results and reports.",
                Example = "gateway-before-renewal",
                Default = "the file's name",
            },
            new PlanKey<Plan, IReadOnlyList<Target>>("targets", Targets)
            {
                Get = plan => plan.Targets,
                Set = (plan, targets) => plan with { Targets = targets },
                Help = "What is loaded. Arrivals go to the targets in turn.",
                Example = "[ { name: gateway, address: \"gateway.internal:443\" } ]",
                Default = "`--target` or the built-in target",
                Flags = [TargetFlag],
                OfFlags = TargetsOf,
            },
            new PlanKey<Plan, IReadOnlyList<Profile>>("profiles", Profiles)
            {
                Get = plan => plan.Profiles,
                Set = (plan, profiles) => plan with { Profiles = profiles },
                Help = "The kinds of handshake, mixed by their weights.",
                Example = "[ { name: modern, weight: 70 } ]",
                Default = "one, `default`",
            },
            new PlanKey<Plan, Limits>("limits", new SectionValue<Limits>(Limits))
            {
                Get = plan => plan.Limits,
                Set = (plan, limits) => plan with { Limits = limits },
                Help = "What the run may use, over all its workers.",
                Example = "{ connections: 5000 }",
                Default = "as below",
            },
            new PlanKey<Plan, IReadOnlyList<Threshold>>("thresholds", new ListValue<Threshold>(new ThresholdValue(), (a, b) => a == b with { Expression = a.Expression }))
            {
                Get = plan => plan.Thresholds,
                Set = (plan, thresholds) => plan with { Thresholds = thresholds },
                Help = "What must hold for the run to pass.",
                Example = "[ \"p99 < 50ms\", \"failures < 0.1%\" ]",
                Needs = (plan, engine) => plan.Thresholds.Index()
                    .Where(entry => entry.Item.Phase is { } phase && !engine.Phases.Contains(phase))
                    .Select(entry => new Refusal($"time the phase {entry.Item.Phase!.Value.Name()}", entry.Index)),
                FlagsAdd = true,
                Flags =
                [
                    new PlanFlag("--threshold", "CONDITION", "What must hold, such as 'p99<50ms' or 'failures<0.1%'; added to the plan's.", FlagGroup.Run)
                    {
                        Aliases = ["--fail-on"],
                        Example = "p99<50ms",
                        Separators = ",",
                    },
                ],
            },
            new PlanKey<Plan, IReadOnlyList<string>>(
                "authorized", new ListValue<string>(new TextValue("a host name, an address or a CIDR block", PlanRules.IsAuthorizable, PlanRules.AuthorizedRemedy), (_, _) => false))
            {
                Get = plan => plan.Authorized,
                Set = (plan, hosts) => plan with { Authorized = [.. hosts.Distinct(StringComparer.OrdinalIgnoreCase)] },
                Help = "Host names, addresses and CIDR blocks that may be loaded although they are neither loopback nor private.",
                Example = "[ www.example.com ]",
                FlagsAdd = true,
                Flags =
                [
                    new PlanFlag("--authorize", "HOST|CIDR", "Public address that you may load; added to the plan's.", FlagGroup.Target) { Example = "www.example.com", Separators = "," },
                ],
            },
            new PlanKey<Plan, IReadOnlyList<ResolveRule>>("resolve", new ListValue<ResolveRule>(new ResolveValue()))
            {
                Get = plan => plan.Resolve,
                Set = (plan, rules) => plan with { Resolve = rules },
                Help = "Addresses to connect to instead of asking the resolver, as `HOST:PORT:ADDRESS[,ADDRESS]`; `*` for every host.",
                Example = "[ \"www.internal:443:127.0.0.1\" ]",
                Default = "the resolver's",
                Flags = [new PlanFlag("--resolve", "HOST:PORT:ADDR", "Addresses of a host, instead of asking the resolver.", FlagGroup.Target) { Example = "www.internal:443:127.0.0.1", IsRepeatable = true }],
            },
            new PlanKey<Plan, IReadOnlyList<ConnectToRule>>("connectTo", new ListValue<ConnectToRule>(new ConnectToValue()))
            {
                Get = plan => plan.ConnectTo,
                Set = (plan, rules) => plan with { ConnectTo = rules },
                Help = "Where to connect instead of to the target's address, as `HOST1:PORT1:HOST2:PORT2`; what is left empty is any, or the target's own. The server name stays.",
                Example = "[ \"www.internal:443:127.0.0.1:8443\" ]",
                Flags =
                [
                    new PlanFlag("--connect-to", "HOST1:PORT1:HOST2:PORT2", "Connect to another host and port; the server name stays.", FlagGroup.Target)
                    {
                        Example = "www.internal:443:127.0.0.1:8443",
                        IsRepeatable = true,
                    },
                ],
            },
            new PlanKey<Plan, IReadOnlyList<IPAddress>>("sources", new ListValue<IPAddress>(new IPAddressValue()))
            {
                Get = plan => plan.Sources,
                Set = (plan, addresses) => plan with { Sources = addresses },
                Help = "Local addresses to connect from, in turn; each multiplies the ports there are. A worker uses those that its machine has.",
                Example = "[ 10.0.0.7, 10.0.0.8 ]",
                Default = "the system's choice",
                Flags =
                [
                    new PlanFlag("--source", "ADDR", "Local addresses to connect from, in turn.", FlagGroup.Target) { Example = "10.0.0.7", Separators = ",", Default = "the system's choice" },
                ],
            },
            new PlanKey<Plan, long>("seed", new WholeValue(0, int.MaxValue))
            {
                Get = plan => plan.Seed,
                Set = (plan, seed) => plan with { Seed = (int)seed },
                Help = "Makes random choices reproducible.",
                Example = "7",
            },
            new PlanKey<Plan, string>("engine", new EngineValue(mayBeAny: true))
            {
                Get = plan => plan.Engine,
                Set = (plan, engine) => plan with { Engine = engine },
                Help = "The TLS client; `auto` for the one that makes the most load of those that can do a profile.",
                Example = "sslstream",
                Flags = [new PlanFlag("--engine", "NAME", "TLS client; --version lists them, and auto takes the fastest that can do a profile.", FlagGroup.Handshake) { Example = "sslstream", Default = Plan.AnyEngine }],
            },
            new PlanKey<Plan, CryptoChoice>("crypto", new ChoiceValue<CryptoChoice>("a choice of cryptography"))
            {
                Get = plan => plan.Crypto,
                Set = (plan, crypto) => plan with { Crypto = crypto },
                Help = "Whose cryptography `bouncycastle` uses: `native` for the platform's libraries where they have what is needed, `managed` for its own code.",
                Example = "managed",
                Needs = Refusal.Feature<Plan>(EngineFeature.ManagedCrypto, plan => plan.Crypto == CryptoChoice.Managed),
                Flags = [new PlanFlag("--crypto", "WHOSE", "Cryptography of bouncycastle: native or managed.", FlagGroup.Handshake) { Example = "managed", Default = "native", Choices = EnumNames.All<CryptoChoice>() }],
            },
            new PlanKey<Plan, CloseMode>("close", new ChoiceValue<CloseMode>("a way to close"))
            {
                Get = plan => plan.Close,
                Set = (plan, close) => plan with { Close = close },
                Help = "How each connection ends: `notify` (close_notify, then the server closes), `rst` (the same with an RST at the end), `fin` (without close_notify), or `abort` (an RST at once).",
                Example = "fin",
                Flags = [new PlanFlag("--close", "HOW", "How each connection ends: notify (close_notify), rst, fin or abort (RST at once).", FlagGroup.Run) { Example = "fin", Default = "notify", Choices = EnumNames.All<CloseMode>() }],
            },
        ]);

    /// <summary>What flags say of the limits; they have a section of their own in plans, and none on the command line.</summary>
    public static Func<Plan, Plan> ReadLimitFlags(PlanFlags flags, PlanContext context)
    {
        var set = Limits.ReadFlags(null, "limits", flags, context);
        return plan => plan with { Limits = set(plan.Limits) };
    }

    // The names must be fit for labels, which an address is not.
    private static PlanNode.Sequence? TargetsOf(PlanFlags flags, PlanContext context) => TargetFlag.ValuesIn(flags) is not { } addresses ? null : new PlanNode.Sequence(
        Place.OfFlag(TargetFlag.Name),
        [.. addresses.Select((address, i) => PlanNode.MappingOf(
            address.Place, ("name", address with { Text = addresses.Count == 1 ? "target" : $"target-{i + 1}" }), ("address", address)))]);
}
