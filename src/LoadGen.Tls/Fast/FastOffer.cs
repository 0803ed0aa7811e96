using System.Text;
using LoadGen.Core.Handshakes;
using LoadGen.Core.Plans;
using LoadGen.Tls.Certificates;
using LoadGen.Tls.Crypto;
using LoadGen.Tls.Fast.Tls12;
using LoadGen.Tls.Fast.Tls13;
using LoadGen.Tls.Offers;

namespace LoadGen.Tls.Fast;

/// <summary>An offer as this engine sends it. Shared by all connections.</summary>
internal sealed class FastOffer
{
    private readonly Offer _offer;
    private readonly InTurn<ClientCertificate> _certificates;
    private readonly ClientHello[] _hellos;
    private readonly SessionPool[] _pools;
    private readonly byte[]? _earlyData;
    private int _inVain;

    /// <param name="offer">The offer.</param>
    /// <param name="certificates">The client certificates of its profile, to be used in turn; may be empty.</param>
    /// <param name="clock">The monotonic clock, for the age of sessions.</param>
    public FastOffer(Offer offer, IReadOnlyList<ClientCertificate> certificates, TimeProvider clock)
    {
        _offer = offer;
        _certificates = new InTurn<ClientCertificate>(certificates);
        OffersTls13 = offer.Versions.Contains(TlsVersion.Tls13);
        OffersTls12 = offer.Versions.Contains(TlsVersion.Tls12);
        Suites = OffersTls13 ? [.. offer.Suites.Select(SuiteParts.Of).OfType<SuiteParts>()] : [];
        Suites12 = OffersTls12 ? [.. offer.Suites.Select(Suite12.Of).OfType<Suite12>()] : [];
        SuiteNumbers = [.. offer.Suites.Where(suite => SuiteParts.Of(suite) is not null || Suite12.Of(suite) is not null).Select(suite => (int)suite)];
        OffersCbc = Suites12.Any(suite => suite.IsCbc);
        OffersCurves = Suites12.Any(suite => suite.IsEphemeral);

        // Where the plan leaves the choice, what this machine has libraries for.
        Groups = [.. offer.Groups.Where(KeyAgreement.Supports)];
        KeyShares = !OffersTls13 ? [] : offer.Profile.KeyShares is null ? [Groups[0]] : [.. offer.KeyShares];
        SignatureSchemes = [.. offer.SignatureSchemes.Where(Supports)];
        Protocols = [.. offer.Profile.Alpn.Select(protocol => (protocol, Encoding.UTF8.GetBytes(protocol)))];
        _earlyData = offer.Profile.EarlyData?.Content;
        PrimingProfile = offer.Profile.Unhindered();
        _pools = [.. offer.Names.Select(_ => new SessionPool(clock))];
        _hellos = [.. offer.Names.Select(name => new ClientHello(this, name))];
    }

    /// <summary>The groups that can be offered.</summary>
    public static IEnumerable<TlsGroup> SupportedGroups =>
        ((TlsGroup[])[TlsGroup.x25519, TlsGroup.secp256r1, TlsGroup.secp384r1, TlsGroup.secp521r1, TlsGroup.X25519MLKEM768, TlsGroup.SecP256r1MLKEM768])
            .Where(KeyAgreement.Supports);

    /// <summary>The signature schemes that can be offered; those of PKCS #1 are for the signatures of certificates (RFC 8446 section 4.2.3).</summary>
    public static IEnumerable<TlsSignatureScheme> SupportedSchemes => DefaultOffer.SignatureSchemes.Where(Supports);

    public Profile Profile => _offer.Profile;

    /// <summary>The same, for handshakes that are made for their sessions alone.</summary>
    public Profile PrimingProfile { get; }

    /// <summary>Whether TLS 1.3 is offered.</summary>
    public bool OffersTls13 { get; }

    /// <summary>Whether TLS 1.2 is offered.</summary>
    public bool OffersTls12 { get; }

    /// <summary>The suites of all versions, in order of preference.</summary>
    public int[] SuiteNumbers { get; }

    /// <summary>Those of TLS 1.3; empty if it is not offered.</summary>
    public SuiteParts[] Suites { get; }

    /// <summary>Those of TLS 1.2; empty if it is not offered.</summary>
    public Suite12[] Suites12 { get; }

    /// <summary>Whether a suite of TLS 1.2 has AES-CBC.</summary>
    public bool OffersCbc { get; }

    /// <summary>Whether a suite of TLS 1.2 has a key exchange with curves.</summary>
    public bool OffersCurves { get; }

    /// <summary>Whether tickets of TLS 1.2 are asked for (RFC 5077 section 3.2).</summary>
    public bool AsksForTickets => OffersTls12 && KeepsSessions;

    /// <summary>Whether there are client certificates.</summary>
    public bool HasCertificates => Profile.Identities.Count > 0;

    /// <summary>In order of preference.</summary>
    public TlsGroup[] Groups { get; }

    /// <summary>The groups that the first ClientHello has key shares for; may be empty.</summary>
    public TlsGroup[] KeyShares { get; }

    /// <summary>In order of preference.</summary>
    public TlsSignatureScheme[] SignatureSchemes { get; }

    /// <summary>The application protocols, in order of preference; may be empty.</summary>
    public IReadOnlyList<(string Name, byte[] Bytes)> Protocols { get; }

    /// <summary>The suite of TLS 1.2 with a number; <see langword="null"/> for one that was not offered for it.</summary>
    public Suite12? Suite12Of(ushort number)
    {
        foreach (var suite in Suites12)
        {
            if ((ushort)suite.Suite == number)
            {
                return suite;
            }
        }

        return null;
    }

    /// <summary>What may be behind an alert of the server that says little, for the sentence about it; usually empty.</summary>
    public string HintAt(TlsAlert alert) => _offer.HintAt(alert);

    /// <summary>The next client certificate; <see langword="null"/> if the profile has none.</summary>
    public ClientCertificate? NextCertificate() => _certificates.Next();

    /// <summary>The server name for the next handshake.</summary>
    public OfferedName NextName() => _offer.NextName();

    /// <summary>ClientHello for a name.</summary>
    public ClientHello HelloFor(OfferedName name) => _hellos[name.Index];

    /// <summary>Whether sessions are kept, for later handshakes to offer.</summary>
    public bool KeepsSessions => _offer.Resumption.IsAny;

    /// <summary>How many handshakes in a row were made for their sessions and brought none.</summary>
    public int InVain => Volatile.Read(ref _inVain);

    /// <summary>Counts a handshake that was made for its sessions.</summary>
    public void CountPriming(bool broughtSession)
    {
        if (broughtSession)
        {
            Volatile.Write(ref _inVain, 0);
        }
        else
        {
            Interlocked.Increment(ref _inVain);
        }
    }

    /// <summary>Whether the next handshake has to offer a session and hardly any is left for so many connections, which give theirs back when they end.</summary>
    public bool IsStarving(int connections) => _offer.Resumption.IsDue && !Array.Exists(_pools, pool => pool.Suffices(1 + (connections / 4)));

    /// <summary>Whether so many connections find a session each when they have to offer one.</summary>
    public bool SufficesFor(int connections)
    {
        var offering = (int)Math.Ceiling(connections * Profile.Resume);
        return Array.TrueForAll(_pools, pool => pool.Suffices(1 + (offering / _pools.Length)));
    }

    /// <summary>The sessions with servers of a name.</summary>
    public SessionPool PoolOf(OfferedName name) => _pools[name.Index];

    /// <summary>The session that the next handshake offers, if it is one that offers and there is one.</summary>
    public AgedSession? ChooseSession(OfferedName name)
    {
        if (!KeepsSessions)
        {
            return null;
        }

        var pool = PoolOf(name);
        var session = pool.Take();
        if (_offer.Resumption.Next(canOffer: session is not null))
        {
            return session;
        }

        if (session is { } taken)
        {
            pool.Return(taken);
        }

        return null;
    }

    /// <summary>What is sent as early data to a server of a name; empty for nothing.</summary>
    public ReadOnlySpan<byte> EarlyDataFor(OfferedName name) => _earlyData ?? (_offer.Profile.EarlyData is EarlyData.Request ? _offer.HttpRequestFor(name) : []);

    /// <summary>The HTTP request for a name.</summary>
    public byte[] HttpRequestFor(OfferedName name) => _offer.HttpRequestFor(name);

    /// <summary>The offered application protocol that a server selected; <see langword="null"/> for one that was not offered.</summary>
    public string? ProtocolOf(ReadOnlySpan<byte> selected)
    {
        for (var i = 0; i < Protocols.Count; i++)
        {
            if (selected.SequenceEqual(Protocols[i].Bytes))
            {
                return Protocols[i].Name;
            }
        }

        return null;
    }

    private static bool Supports(TlsSignatureScheme scheme)
        => scheme is not (TlsSignatureScheme.ed25519 or TlsSignatureScheme.ed448) || (scheme == TlsSignatureScheme.ed25519 && Sodium.IsAvailable);
}
