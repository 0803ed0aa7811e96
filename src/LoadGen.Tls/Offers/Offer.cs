using System.Net;
using System.Net.Security;
using LoadGen.Core.Handshakes;
using LoadGen.Core.Plans;

namespace LoadGen.Tls.Offers;

/// <summary>
/// What a profile offers to a target, with the defaults filled in, and the counters that its handshakes share. One instance
/// for each pair of them, shared by all connections.
/// </summary>
internal sealed class Offer
{
    private readonly InTurn<OfferedName> _names;
    private readonly byte[][] _httpRequests;

    public Offer(Target target, Profile profile)
    {
        Profile = profile;
        Versions = [.. profile.TlsVersions.OrderDescending()];
        Suites = profile.CipherSuites.Count > 0
            ? [.. profile.CipherSuites.Select(Enum.Parse<TlsCipherSuite>)]
            : DefaultOffer.Suites(profile.TlsVersions, profile.PreSharedKey is not null);
        Groups = profile.Groups.Count > 0 ? [.. profile.Groups.Select(Enum.Parse<TlsGroup>)] : DefaultOffer.Groups(Suites);
        KeyShares = profile.KeyShares is { } shares ? [.. shares.Select(Enum.Parse<TlsGroup>)] : [Groups[0]];
        SignatureSchemes = profile.SignatureSchemes.Count > 0
            ? [.. profile.SignatureSchemes.Select(Enum.Parse<TlsSignatureScheme>)]
            : DefaultOffer.SignatureSchemes;
        Resumption = new ResumptionShare(profile.Resume);
        Names = [.. target.ServerNames.Select((name, i) => new OfferedName(i, name, target.Sni))];
        _names = new InTurn<OfferedName>(Names);
        _httpRequests = profile.Confirm == Confirm.Http ? [.. target.ServerNames.Select(name => HttpRequest.For(name, target.Port))] : [];
    }

    public Profile Profile { get; }

    /// <summary>The newest first.</summary>
    public IReadOnlyList<TlsVersion> Versions { get; }

    /// <summary>In order of preference.</summary>
    public IReadOnlyList<TlsCipherSuite> Suites { get; }

    /// <summary>In order of preference.</summary>
    public IReadOnlyList<TlsGroup> Groups { get; }

    /// <summary>The groups that the first ClientHello has key shares for; may be empty.</summary>
    public IReadOnlyList<TlsGroup> KeyShares { get; }

    /// <summary>In order of preference.</summary>
    public IReadOnlyList<TlsSignatureScheme> SignatureSchemes { get; }

    public ResumptionShare Resumption { get; }

    /// <summary>The target's server names, at least one.</summary>
    public IReadOnlyList<OfferedName> Names { get; }

    /// <summary>The request that is to confirm a handshake with a name, of a profile that asks for one.</summary>
    public byte[] HttpRequestFor(OfferedName name) => _httpRequests[name.Index];

    /// <summary>The server name for the next handshake.</summary>
    public OfferedName NextName() => _names.Next()!;

    /// <summary>
    /// What may be behind an alert that a server sends before its certificate, for the sentence about an alert that says little; usually
    /// empty.
    /// </summary>
    public string HintAt(TlsAlert alert)
        => alert == TlsAlert.handshake_failure && !Versions.Contains(TlsVersion.Tls13) && !Groups.Contains(TlsGroup.secp521r1)
            ? " (it found nothing in common with the client's offer; before TLS 1.3 a server with a P-521 certificate needs secp521r1 among the groups)"
            : "";
}

/// <summary>One of a target's server names.</summary>
/// <param name="Index">Its place among <see cref="Offer.Names"/>, to find what an engine keeps for it.</param>
/// <param name="Name">The name that the certificate must be valid for.</param>
/// <param name="Sni">The name to send in its place; empty to send none; <see langword="null"/> to send the name.</param>
internal sealed record OfferedName(int Index, string Name, string? Sni = null)
{
    /// <summary>The name for the server_name extension; <see langword="null"/> to send none, as for an IP address (RFC 6066 section 3).</summary>
    public string? Indication { get; } = (Sni ?? Name) is { Length: > 0 } sent && !IPAddress.TryParse(sent, out _) ? sent : null;
}

/// <summary>Hands out items in turn. Safe for concurrent use.</summary>
internal sealed class InTurn<T>(IReadOnlyList<T> items)
    where T : class
{
    private uint _turn;

    /// <summary>The next item; <see langword="null"/> if there are none.</summary>
    public T? Next() => items.Count switch
    {
        0 => null,
        1 => items[0],
        var count => items[(int)((Interlocked.Increment(ref _turn) - 1) % (uint)count)],
    };
}

/// <summary>
/// Chooses the handshakes of a profile that offer to resume: exactly the given share of any number of them, spread evenly. A
/// handshake that should offer but has no session yet is made up for by a later one. Safe for concurrent use.
/// </summary>
/// <param name="share">From 0 to 1.</param>
internal sealed class ResumptionShare(double share)
{
    // In millionths, percentages with up to four decimals are exact; in floating point 30 % of 10 is not always 3.
    private const long Whole = 1_000_000;

    private readonly long _part = (long)Math.Round(share * Whole);
    private readonly Lock _lock = new();
    private long _handshakes;
    private long _offers;

    /// <summary>Whether any handshake offers at all.</summary>
    public bool IsAny => _part > 0;

    /// <summary>Whether the next handshake has to offer.</summary>
    public bool IsDue
    {
        get
        {
            lock (_lock)
            {
                return (_offers + 1) * Whole <= (_handshakes + 1) * _part;
            }
        }
    }

    /// <summary>Counts one more handshake and decides whether it offers.</summary>
    /// <param name="canOffer">Whether a session is available.</param>
    public bool Next(bool canOffer)
    {
        lock (_lock)
        {
            _handshakes++;
            if (!canOffer || (_offers + 1) * Whole > _handshakes * _part)
            {
                return false;
            }

            _offers++;
            return true;
        }
    }
}
