using System.Net;
using LoadGen.Core.Handshakes;

namespace LoadGen.Tls.Probing;

/// <summary>What one handshake, and a second one in the reverse order of preference, showed of a server.</summary>
public sealed record ProbeReport
{
    /// <summary>What the target's name resolved to; its address itself if it is one.</summary>
    public required IReadOnlyList<IPAddress> Addresses { get; init; }

    /// <summary>The handshake that was asked for.</summary>
    public required Outcome Outcome { get; init; }

    /// <summary>The server's certificates, its own first; empty where the engine does not show them.</summary>
    public IReadOnlyList<ProbedCertificate> Chain { get; init; } = [];

    /// <summary>What was thought of the chain; <see langword="null"/> if none came.</summary>
    public string? ChainVerdict { get; init; }

    /// <summary>How long each session ticket lives; empty if there came none.</summary>
    public IReadOnlyList<TimeSpan> TicketLifetimes { get; init; } = [];

    /// <summary>The suite that the server chose when its first choice was offered last; <see langword="null"/> if that failed.</summary>
    public string? SuiteInReverse { get; init; }

    /// <summary>Whether the server has an order of suites of its own; <see langword="null"/> if that is not known.</summary>
    public bool? PrefersItsOwnOrder => SuiteInReverse is { } suite && Outcome.IsCompleted ? suite == Outcome.Negotiated.CipherSuite : null;

    /// <summary>The groups that the server says it prefers (RFC 8446 section 4.2.7), in its order; empty if it says nothing.</summary>
    public IReadOnlyList<string> ServerGroups { get; init; } = [];

    /// <summary>What its owner should know.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];
}

/// <summary>One certificate of a server's chain.</summary>
/// <param name="Subject">Its distinguished name.</param>
/// <param name="Issuer">Its issuer's.</param>
/// <param name="KeyType">The kind and size of its key, such as <c>ECDSA-P256</c>.</param>
/// <param name="SignatureAlgorithm">What it is signed with, such as <c>sha256RSA</c>.</param>
/// <param name="NotBefore">The begin of its validity.</param>
/// <param name="NotAfter">The end of its validity.</param>
/// <param name="DaysLeft">Whole days to its end; negative once it is over.</param>
public sealed record ProbedCertificate(
    string Subject, string Issuer, string KeyType, string SignatureAlgorithm, DateTimeOffset NotBefore, DateTimeOffset NotAfter, int DaysLeft)
{
    /// <summary>The names it is for; empty for an authority.</summary>
    public IReadOnlyList<string> Names { get; init; } = [];
}
