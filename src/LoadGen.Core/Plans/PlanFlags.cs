namespace LoadGen.Core.Plans;

/// <summary>
/// What the command line says about a run, as it was written, so that <see cref="PlanReader"/> can report the faults of
/// flags and file together. A flag that was not given is <see langword="null"/>, empty or <see langword="false"/>; one that
/// was given overrides the same thing in the plan. Lists may be given by repeating a flag or with commas.
/// </summary>
public sealed record PlanFlags
{
    /// <summary>No flags, and no default target.</summary>
    public static PlanFlags None { get; } = new();

    /// <summary>The target of a run for which neither plan nor flags name one; without it such a run is refused.</summary>
    public Target? DefaultTarget { get; init; }

    /// <summary><c>--target</c>: addresses, which replace the plan's targets.</summary>
    public IReadOnlyList<string> Targets { get; init; } = [];

    /// <summary><c>--rate</c>: an arrival rate; a plain number is per second. Excludes <see cref="Concurrency"/>.</summary>
    public string? Rate { get; init; }

    /// <summary><c>--concurrency</c>: connections of a closed load. Excludes <see cref="Rate"/>.</summary>
    public string? Concurrency { get; init; }

    /// <summary><c>--duration</c>.</summary>
    public string? Duration { get; init; }

    /// <summary><c>--count</c>: no more handshakes than this.</summary>
    public string? Count { get; init; }

    /// <summary><c>--engine</c>.</summary>
    public string? Engine { get; init; }

    /// <summary><c>--crypto</c>.</summary>
    public string? Crypto { get; init; }

    /// <summary><c>--tls</c>: versions, for every profile.</summary>
    public IReadOnlyList<string> TlsVersions { get; init; } = [];

    /// <summary><c>--cipher</c>: IANA names, for every profile.</summary>
    public IReadOnlyList<string> CipherSuites { get; init; } = [];

    /// <summary><c>--group</c>: IANA names, for every profile.</summary>
    public IReadOnlyList<string> Groups { get; init; } = [];

    /// <summary><c>--key-share</c>: groups to send key shares for, or <c>none</c>, for every profile.</summary>
    public IReadOnlyList<string> KeyShares { get; init; } = [];

    /// <summary><c>--sigalg</c>: IANA names, for every profile.</summary>
    public IReadOnlyList<string> SignatureSchemes { get; init; } = [];

    /// <summary><c>--alpn</c>: protocol names, for every profile.</summary>
    public IReadOnlyList<string> Alpn { get; init; } = [];

    /// <summary><c>--resume</c>: a percentage, for every profile.</summary>
    public string? Resume { get; init; }

    /// <summary><c>--confirm</c>, for every profile.</summary>
    public string? Confirm { get; init; }

    /// <summary><c>--checks</c>, for every profile.</summary>
    public string? Checks { get; init; }

    /// <summary><c>--ocsp</c>, for every profile.</summary>
    public bool Ocsp { get; init; }

    /// <summary><c>--hold</c>, for every profile.</summary>
    public string? Hold { get; init; }

    /// <summary><c>--psk</c>: <c>IDENTITY:HEX</c>, for every profile.</summary>
    public string? PreSharedKey { get; init; }

    /// <summary><c>--cert</c>: files, a password after a colon, for every profile.</summary>
    public IReadOnlyList<string> Certificates { get; init; } = [];

    /// <summary><c>--key</c>: one for each of <see cref="Certificates"/> whose file has none.</summary>
    public IReadOnlyList<string> Keys { get; init; } = [];

    /// <summary><c>--starttls</c>, for every target.</summary>
    public string? StartTls { get; init; }

    /// <summary><c>--servername</c>: names taken in turn, for every target.</summary>
    public IReadOnlyList<string> ServerNames { get; init; } = [];

    /// <summary><c>--cacert</c>: a PEM file, relative to the current folder, for every target. Excludes <see cref="Insecure"/>.</summary>
    public string? CaCert { get; init; }

    /// <summary><c>--insecure</c>, for every target. Excludes <see cref="CaCert"/>.</summary>
    public bool Insecure { get; init; }

    /// <summary><c>--close</c>.</summary>
    public string? Close { get; init; }

    /// <summary><c>--timeout</c>: of the handshake, and of the connect if that is longer.</summary>
    public string? Timeout { get; init; }

    /// <summary><c>--max-connections</c>.</summary>
    public string? MaxConnections { get; init; }

    /// <summary><c>--fail-on</c>: thresholds, added to the plan's.</summary>
    public IReadOnlyList<string> FailOn { get; init; } = [];

    /// <summary><c>--authorize</c>: hosts, addresses and CIDR blocks, added to the plan's.</summary>
    public IReadOnlyList<string> Authorize { get; init; } = [];
}
