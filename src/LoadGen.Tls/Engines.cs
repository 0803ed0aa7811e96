using LoadGen.Core;
using LoadGen.Core.Handshakes;
using LoadGen.Core.Plans;
using LoadGen.Tls.BouncyCastle;
using LoadGen.Tls.Crypto;
using LoadGen.Tls.Fast;
using LoadGen.Tls.SslStreams;

namespace LoadGen.Tls;

/// <summary>The catalogue of TLS clients. A new engine is a folder of its own and one row here.</summary>
public static class Engines
{
    private static readonly Dictionary<string, Entry> Table = new(StringComparer.Ordinal)
    {
        [BouncyCastleEngine.EngineName] = new(BouncyCastleEngine.Capabilities, () => BouncyCastleEngine.Libraries, (plan, clock, keyLog) => new BouncyCastleEngine(plan, clock, keyLog)),
        [FastEngine.EngineName] = new(FastEngine.Capabilities, () => FastEngine.Libraries, (plan, clock, keyLog) => new FastEngine(plan, clock, keyLog)),
        [SslStreamEngine.EngineName] = new(SslStreamEngine.Capabilities, () => CryptoLibraries.Platform, (plan, clock, _) => new SslStreamEngine(plan, clock)),
    };

    /// <summary>What each engine can be asked for, by its name in plans.</summary>
    public static IReadOnlyDictionary<string, EngineCapabilities> Capabilities { get; } =
        Table.ToDictionary(entry => entry.Key, entry => entry.Value.Capabilities, StringComparer.Ordinal);

    /// <summary>The cryptographic libraries of each engine on this machine, by its name.</summary>
    public static IReadOnlyDictionary<string, string> Libraries
        => Table.ToDictionary(entry => entry.Key, entry => entry.Value.Libraries(), StringComparer.Ordinal);

    /// <summary>Explains that an engine of a plan writes no key log, with the remedy; <see langword="null"/> if all do.</summary>
    public static string? ExplainNoKeyLog(Plan plan) => ExplainNoKeyLog(ProfilesByEngine(plan).Select(each => each.Key));

    /// <summary>Creates the engine that a plan names, or those of its profiles.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="clock">The monotonic clock.</param>
    /// <param name="keyLog">Where it writes the secrets of its sessions; <see langword="null"/> for nowhere.</param>
    /// <exception cref="ArgumentException">
    /// No engine has that name, it can write no key log, a certificate of the plan cannot be used, or its source addresses are not of
    /// this machine.
    /// </exception>
    public static IHandshakeEngine Create(Plan plan, TimeProvider clock, KeyLog? keyLog = null)
    {
        var engines = ProfilesByEngine(plan);
        if (keyLog is not null && ExplainNoKeyLog(engines.Select(each => each.Key)) is { } refusal)
        {
            throw new ArgumentException(refusal, nameof(keyLog));
        }

        return engines is [{ Key: var only }]
            ? Table[only].Create(plan, clock, keyLog)
            : new EngineSet(plan, [.. engines.Select(each => (each.Value, Table[each.Key].Create(plan with { Profiles = [.. each.Value.Select(profile => plan.Profiles[profile])] }, clock, keyLog)))]);
    }

    private static string? ExplainNoKeyLog(IEnumerable<string> engines)
        => engines.FirstOrDefault(engine => !Capabilities[engine].Features.Contains(EngineFeature.KeyLog)) is { } without
            ? $"engine {without} cannot {EngineFeature.KeyLog.Name()}; use engine {BouncyCastleEngine.EngineName} or {FastEngine.EngineName}, or leave it out"
            : null;

    /// <summary>The profiles of each engine, as indexes into the plan's.</summary>
    private static List<KeyValuePair<string, int[]>> ProfilesByEngine(Plan plan)
    {
        var byEngine = plan.Profiles.Select(profile => EngineChoice.For(plan, profile, Capabilities).Name).Index().GroupBy(each => each.Item, each => each.Index);
        var engines = byEngine.Select(each => KeyValuePair.Create(each.Key, each.ToArray())).ToList();
        return engines.Find(each => !Table.ContainsKey(each.Key)).Key is { } unknown
            ? throw new ArgumentException($"unknown engine '{unknown}'; expected one of {string.Join(", ", Table.Keys)}", nameof(plan))
            : engines;
    }

    /// <param name="Capabilities">What it can be asked for.</param>
    /// <param name="Libraries">The cryptographic libraries that it runs on here.</param>
    /// <param name="Create">Makes it for a plan.</param>
    private sealed record Entry(EngineCapabilities Capabilities, Func<string> Libraries, Func<Plan, TimeProvider, KeyLog?, IHandshakeEngine> Create);
}
