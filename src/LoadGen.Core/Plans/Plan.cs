using System.Net;

namespace LoadGen.Core.Plans;

/// <summary>
/// The whole description of a run. Immutable, and valid by construction: PlanReader makes it from a file and
/// flags, or says everything that is wrong with them.
/// </summary>
public sealed record Plan
{
    /// <summary>Stands for the engine that makes the most load of those that can do a profile.</summary>
    public const string AnyEngine = "auto";

    /// <summary>The run's name in results and reports.</summary>
    public required string Name { get; init; }

    /// <summary>What is loaded; at least one. Arrivals go to them in turn.</summary>
    public required IReadOnlyList<Target> Targets { get; init; }

    /// <summary>The kinds of handshake; at least one.</summary>
    public required IReadOnlyList<Profile> Profiles { get; init; }

    /// <summary>How much load, as a function of time.</summary>
    public required Load Load { get; init; }

    /// <summary>The name of the TLS client, or <see cref="AnyEngine"/>.</summary>
    public string Engine { get; init; } = AnyEngine;

    /// <summary>The names of the TLS clients in use: one, unless profiles have different ones.</summary>
    public string EngineNames => string.Join(", ", Profiles.Select(profile => profile.Engine?.Name ?? Engine).Distinct());

    /// <summary>Whose cryptography that client uses, where it leaves the choice.</summary>
    public CryptoChoice Crypto { get; init; } = CryptoChoice.Native;

    /// <summary>How each connection ends.</summary>
    public CloseMode Close { get; init; } = CloseMode.Notify;

    /// <summary>Connections and deadlines.</summary>
    public Limits Limits { get; init; } = new();

    /// <summary>What must hold for the run to pass; may be empty.</summary>
    public IReadOnlyList<Threshold> Thresholds { get; init; } = [];

    /// <summary>Host names, addresses and CIDR blocks that may be loaded although they are neither loopback nor private.</summary>
    public IReadOnlyList<string> Authorized { get; init; } = [];

    /// <summary>What stands in for the resolver; may be empty. The first that matches counts.</summary>
    public IReadOnlyList<ResolveRule> Resolve { get; init; } = [];

    /// <summary>Where to connect instead of to the targets' own addresses; may be empty. The first that matches counts.</summary>
    public IReadOnlyList<ConnectToRule> ConnectTo { get; init; } = [];

    /// <summary>
    /// The local addresses that connections come from, in turn; empty to leave the choice to the system. Each worker uses those that
    /// its machine has.
    /// </summary>
    public IReadOnlyList<IPAddress> Sources { get; init; } = [];

    /// <summary>Makes random choices reproducible.</summary>
    public int Seed { get; init; } = 42;

    /// <summary>Which profile and which target each arrival has.</summary>
    public ArrivalMix Mix => field ??= new ArrivalMix([.. Profiles.Select(profile => profile.Weight)], Targets.Count);
}

/// <summary>Whose cryptography the <c>bouncycastle</c> engine uses.</summary>
public enum CryptoChoice
{
    /// <summary>The platform's libraries where they have what is needed, BouncyCastle's own code for the rest. The default.</summary>
    Native,

    /// <summary>BouncyCastle's own code for everything.</summary>
    Managed,
}
