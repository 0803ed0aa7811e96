using LoadGen.Core.Handshakes;
using LoadGen.Core.Plans;
using LoadGen.Tls.BouncyCastle;
using LoadGen.Tls.Crypto;
using LoadGen.Tls.SslStreams;

namespace LoadGen.Tls;

/// <summary>The catalogue of TLS clients.</summary>
public static class Engines
{
    /// <summary>What each engine can be asked for, by its name.</summary>
    public static IReadOnlyDictionary<string, EngineCapabilities> Capabilities { get; } = new Dictionary<string, EngineCapabilities>
    {
        [BouncyCastleEngine.EngineName] = BouncyCastleEngine.Capabilities,
        [SslStreamEngine.EngineName] = SslStreamEngine.Capabilities,
    };

    /// <summary>The cryptographic libraries of each engine on this machine, by its name.</summary>
    public static IReadOnlyDictionary<string, string> Libraries { get; } = new Dictionary<string, string>
    {
        [BouncyCastleEngine.EngineName] = $"{CryptoLibraries.DescribeNative()} or {CryptoLibraries.DescribeManaged()}",
        [SslStreamEngine.EngineName] = CryptoLibraries.Platform,
    };

    /// <summary>Makes the engine that a plan names.</summary>
    /// <exception cref="ArgumentException">There is no engine of that name, or the plan's authorities cannot be read.</exception>
    public static IHandshakeEngine Create(Plan plan, TimeProvider clock) => plan.Engine switch
    {
        BouncyCastleEngine.EngineName => new BouncyCastleEngine(plan, clock),
        SslStreamEngine.EngineName => new SslStreamEngine(plan, clock),
        _ => throw new ArgumentException($"there is no engine '{plan.Engine}'; there are {string.Join(" and ", Capabilities.Keys)}", nameof(plan)),
    };
}
