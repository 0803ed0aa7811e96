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

    /// <summary>Explains that an engine writes no key log, with the remedy; <see langword="null"/> for one that does.</summary>
    public static string? ExplainNoKeyLog(string engine) => Capabilities[engine].Features.Contains(EngineFeature.KeyLog)
        ? null
        : $"engine {engine} cannot {EngineFeature.KeyLog.Name()}; use engine {BouncyCastleEngine.EngineName}, or leave it out";

    /// <summary>Creates the engine that a plan names.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="clock">The monotonic clock.</param>
    /// <param name="keyLog">Where it writes the secrets of its sessions; <see langword="null"/> for nowhere.</param>
    /// <exception cref="ArgumentException">
    /// No engine has that name, it can write no key log, a certificate of the plan cannot be used, or its source addresses are not of
    /// this machine.
    /// </exception>
    public static IHandshakeEngine Create(Plan plan, TimeProvider clock, KeyLog? keyLog = null) => !Table.TryGetValue(plan.Engine, out var entry)
        ? throw new ArgumentException($"unknown engine '{plan.Engine}'; expected one of {string.Join(", ", Table.Keys)}", nameof(plan))
        : keyLog is not null && ExplainNoKeyLog(plan.Engine) is { } refusal
        ? throw new ArgumentException(refusal, nameof(keyLog))
        : entry.Create(plan, clock, keyLog);

    /// <param name="Capabilities">What it can be asked for.</param>
    /// <param name="Libraries">The cryptographic libraries that it runs on here.</param>
    /// <param name="Create">Makes it for a plan.</param>
    private sealed record Entry(EngineCapabilities Capabilities, Func<string> Libraries, Func<Plan, TimeProvider, KeyLog?, IHandshakeEngine> Create);
}
