using System.Net;
using LoadGen.Core.Handshakes;

namespace LoadGen.Tls.Probing;

/// <summary>What one handshake, and a second one with the suites in reverse order, show of a server.</summary>
public sealed record ProbeReport
{
    /// <summary>The addresses that the target's host name resolves to, or its literal address.</summary>
    public required IReadOnlyList<IPAddress> Addresses { get; init; }

    /// <summary>The outcome of the first handshake.</summary>
    public required Outcome Outcome { get; init; }

    /// <summary>The server's certificates, its own first; empty if the engine does not show them.</summary>
    public IReadOnlyList<ProbedCertificate> Chain { get; init; } = [];

    /// <summary>The verdict on the chain; <see langword="null"/> if none came.</summary>
    public string? ChainVerdict { get; init => field = value is null ? null : BoundedText.Of(value); }

    /// <summary>The lifetime of each session ticket; empty if none came.</summary>
    public IReadOnlyList<TimeSpan> TicketLifetimes { get; init; } = [];

    /// <summary>The suite that the server chose when its first choice was offered last; <see langword="null"/> if that handshake failed.</summary>
    public string? SuiteInReverse { get; init; }

    /// <summary>Whether the server applies its own order of suites; <see langword="null"/> if unknown.</summary>
    public bool? PrefersItsOwnOrder => SuiteInReverse is { } suite && Outcome.IsCompleted ? suite == Outcome.Negotiated.CipherSuite : null;

    /// <summary>The groups that the server lists in supported_groups (RFC 8446 section 4.2.7), in its order; empty if it sends none.</summary>
    public IReadOnlyList<string> ServerGroups { get; init; } = [];

    /// <summary>What the server asked the client for; <see langword="null"/> if unknown.</summary>
    public ClientCertificateRequest? ClientCertificateRequest { get; init; }

    /// <summary>Warnings for the owner of the server.</summary>
    public IReadOnlyList<string> Warnings { get; init => field = BoundedText.Of(value); } = [];
}

/// <summary>Whether the server requested a client certificate, and whose.</summary>
/// <param name="Requested">Whether it did (RFC 8446 section 4.3.2).</param>
/// <param name="Authorities">The distinguished names of the authorities that it accepts; empty if it names none.</param>
public sealed record ClientCertificateRequest(bool Requested, IReadOnlyList<string> Authorities);

/// <summary>One certificate of a server's chain.</summary>
/// <param name="Subject">Its distinguished name.</param>
/// <param name="Issuer">Its issuer's.</param>
/// <param name="KeyType">The kind and size of its key, such as <c>ECDSA-P256</c>.</param>
/// <param name="SignatureAlgorithm">The algorithm of its signature, such as <c>sha256RSA</c>.</param>
/// <param name="NotBefore">The start of its validity.</param>
/// <param name="NotAfter">The end of its validity.</param>
/// <param name="DaysLeft">Whole days until it expires; negative once it has expired.</param>
public sealed record ProbedCertificate(
    string Subject, string Issuer, string KeyType, string SignatureAlgorithm, DateTimeOffset NotBefore, DateTimeOffset NotAfter, int DaysLeft)
{
    public string Subject { get; } = BoundedText.Of(Subject);

    public string Issuer { get; } = BoundedText.Of(Issuer);

    public string SignatureAlgorithm { get; } = BoundedText.Of(SignatureAlgorithm);

    /// <summary>The names it is valid for (subjectAltName); empty for an authority.</summary>
    public IReadOnlyList<string> Names { get; init => field = BoundedText.Of(value); } = [];
}
