namespace LoadGen.Core.Handshakes;

/// <summary>
/// What an engine can be asked for. A plan that asks for more is refused before the run, with the engine that can.
/// </summary>
public sealed record EngineCapabilities
{
    /// <summary>The protocol versions it speaks.</summary>
    public required IReadOnlySet<TlsVersion> TlsVersions { get; init; }

    /// <summary>The IANA names of the cipher suites that can be chosen by name; empty if the choice is not the caller's.</summary>
    public required IReadOnlySet<string> CipherSuites { get; init; }

    /// <summary>The IANA names of the groups that can be chosen; empty if the choice is not the caller's.</summary>
    public required IReadOnlySet<string> Groups { get; init; }

    /// <summary>The IANA names of the signature schemes that can be chosen; empty if the choice is not the caller's.</summary>
    public required IReadOnlySet<string> SignatureSchemes { get; init; }

    /// <summary>What else it can do.</summary>
    public required IReadOnlySet<EngineFeature> Features { get; init; }

    /// <summary>The phases whose times it can see.</summary>
    public required IReadOnlySet<Phase> Phases { get; init; }
}
