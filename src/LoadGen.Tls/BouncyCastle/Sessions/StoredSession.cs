using System.Security.Cryptography;
using Org.BouncyCastle.Tls;
using Org.BouncyCastle.Tls.Crypto;

namespace LoadGen.Tls.BouncyCastle.Sessions;

/// <summary>
/// What it takes to resume a TLS 1.2 session: the server's session id, or a ticket (RFC 5077). Many connections may offer
/// it at once. BouncyCastle's own form of it is destroyed by the first server that declines, so each offer gets a fresh one.
/// </summary>
internal sealed class StoredSession
{
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

    /// <summary>Keeps the session of a handshake that is complete; <see langword="null"/> if the server gave nothing to resume it by.</summary>
    public static StoredSession? Of(TlsSession? session, byte[]? ticket, TlsCrypto crypto)
    {
        if (session?.ExportSessionParameters() is not { MasterSecret: { } secret } parameters || (ticket is null && session.SessionID.Length == 0))
        {
            return null;
        }

        // RFC 5077 section 3.4: a client that offers a ticket chooses the session id by which it knows that it was accepted.
        return new StoredSession(
            parameters, crypto.AdoptSecret(secret).Extract(), ticket is null ? session.SessionID : RandomNumberGenerator.GetBytes(32), ticket);
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
