using System.Security.Cryptography;
using System.Text;
using LoadGen.Tls.Offers;
using Org.BouncyCastle.Tls;
using Org.BouncyCastle.Tls.Crypto;

namespace LoadGen.Tls.BouncyCastle;

/// <summary>An offer in BouncyCastle's types, with the sessions that its handshakes leave for later ones. Shared by all connections.</summary>
internal sealed class BouncyCastleOffer
{
    private readonly InTurn<ClientCredentials> _credentials;
    private readonly IList<ServerName>?[] _serverNames;
    private readonly StoredSession?[] _sessions;

    /// <param name="offer">The offer.</param>
    /// <param name="credentials">The client certificates of its profile, to be used in turn; may be empty.</param>
    public BouncyCastleOffer(Offer offer, IReadOnlyList<ClientCredentials> credentials)
    {
        Offer = offer;
        Versions = [.. offer.Versions.Select(version => ProtocolVersion.Get((int)version >> 8, (int)version & 0xff))];
        Suites = [.. offer.Suites.Select(suite => (int)suite)];
        Groups = [.. offer.Groups.Select(group => (int)group)];
        KeyShares = [.. offer.KeyShares.Select(group => (int)group)];
        SignatureAlgorithms = [.. offer.SignatureSchemes.Select(scheme => SignatureScheme.GetSignatureAndHashAlgorithm((int)scheme))];
        Alpn = offer.Profile.Alpn.Count > 0 ? [.. offer.Profile.Alpn.Select(ProtocolName.AsUtf8Encoding)] : null;
        _credentials = new InTurn<ClientCredentials>(credentials);
        _serverNames = [.. offer.Names.Select(name => name.Indication is { } host ? new[] { new ServerName(NameType.host_name, Encoding.ASCII.GetBytes(host)) } : null)];
        _sessions = new StoredSession?[offer.Names.Count];
    }

    public Offer Offer { get; }

    public ProtocolVersion[] Versions { get; }

    public int[] Suites { get; }

    public IList<int> Groups { get; }

    public IList<int> KeyShares { get; }

    public IList<SignatureAndHashAlgorithm> SignatureAlgorithms { get; }

    public IList<ProtocolName>? Alpn { get; }

    /// <summary>The next client certificate; <see langword="null"/> if the profile has none.</summary>
    public ClientCredentials? NextCredentials() => _credentials.Next();

    /// <summary>The server_name extension for a name; <see langword="null"/> for none.</summary>
    public IList<ServerName>? ServerNamesFor(OfferedName name) => _serverNames[name.Index];

    /// <summary>The newest session with a server of this name; <see langword="null"/> before there is one.</summary>
    public StoredSession? SessionOf(OfferedName name) => Volatile.Read(ref _sessions[name.Index]);

    /// <summary>Keeps a session for later handshakes with servers of this name.</summary>
    public void KeepSession(OfferedName name, StoredSession session) => Volatile.Write(ref _sessions[name.Index], session);
}

/// <summary>
/// What it takes to resume a TLS 1.2 session: the server's session id (RFC 5246 section 7.3) or a ticket (RFC 5077). Many
/// connections may offer it at the same time. BouncyCastle's own form is destroyed by the first server that declines, so each
/// offer gets a new one.
/// </summary>
internal sealed class StoredSession
{
    // A client that offers a ticket chooses the session id by which it recognises that the ticket was accepted (RFC 5077 section 3.4).
    private const int SessionIdBytes = 32;

    private readonly SessionParameters _parameters;
    private readonly byte[] _masterSecret;
    private readonly byte[] _sessionId;

    private StoredSession(SessionParameters parameters, byte[] masterSecret, byte[] sessionId, byte[]? ticket)
    {
        _parameters = parameters;
        _masterSecret = masterSecret;
        _sessionId = sessionId;
        Ticket = ticket;
    }

    /// <summary>The ticket for the session_ticket extension; <see langword="null"/> if the session has an id instead.</summary>
    public byte[]? Ticket { get; }

    /// <summary>Keeps the session of a completed handshake; <see langword="null"/> if the server gave neither an id nor a ticket.</summary>
    public static StoredSession? Of(TlsSession? session, byte[]? ticket, TlsCrypto crypto)
    {
        if (session?.ExportSessionParameters() is not { MasterSecret: { } secret } parameters || (ticket is null && session.SessionID.Length == 0))
        {
            return null;
        }

        return new StoredSession(
            parameters, crypto.AdoptSecret(secret).Extract(), ticket is null ? session.SessionID : RandomNumberGenerator.GetBytes(SessionIdBytes), ticket);
    }

    /// <summary>The session, to be offered once.</summary>
    public TlsSession ToOffer(TlsCrypto crypto) => TlsUtilities.ImportSession(
        _sessionId,
        new SessionParameters.Builder()
            .SetCipherSuite(_parameters.CipherSuite)
            .SetExtendedMasterSecret(_parameters.IsExtendedMasterSecret)
            .SetMasterSecret(crypto.CreateSecret(_masterSecret))
            .SetNegotiatedVersion(_parameters.NegotiatedVersion)
            .SetPeerCertificate(_parameters.PeerCertificate)
            .SetLocalCertificate(_parameters.LocalCertificate)
            .SetServerExtensions(_parameters.ReadServerExtensions())
            .Build());
}
