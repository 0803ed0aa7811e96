using LoadGen.Tls.Offers;

namespace LoadGen.Tls;

/// <summary>
/// How much a server may send: what OpenSSL's client accepts (statem_clnt.c, ssl_local.h and record.h of 3.0), and bounds of our
/// own where it has none, so that no server can make a handshake large or endless.
/// </summary>
internal static class ServerLimits
{
    /// <summary>The longest message of all: a ticket of TLS 1.3 (SESSION_TICKET_MAX_LENGTH_TLS13, with the header).</summary>
    public const int MessageBytes = 131_338 + 4;

    /// <summary>Certificates in a chain, as deep as OpenSSL verifies (the default of SSL_CTX_set_verify_depth).</summary>
    public const int Certificates = 100;

    /// <summary>Records in a row without content, or with ChangeCipherSpec in TLS 1.3 (MAX_EMPTY_RECORDS).</summary>
    public const int IdleRecords = 32;

    /// <summary>Warnings in a row (MAX_WARN_ALERT_COUNT, which OpenSSL refuses).</summary>
    public const int Warnings = 4;

    /// <summary>
    /// HelloRequests, tickets and KeyUpdates, all together. OpenSSL has no such bound; what waits for an answer does not read more
    /// of them than any server sends.
    /// </summary>
    public const int ExtraMessages = 100;

    /// <summary>What to say of a message that is longer than <see cref="BytesOf"/>.</summary>
    public static string TooLong(TlsMessage type, int bytes) => $"the message {type.Name()} has {bytes:N0} bytes (limit {BytesOf(type):N0})";

    /// <summary>What to say of more warnings.</summary>
    public static string TooManyWarnings => $"more than {Warnings} warnings";

    /// <summary>What to say of more records without content.</summary>
    public static string TooManyIdleRecords => $"more than {IdleRecords} records in a row without content";

    /// <summary>What to say of more extra messages.</summary>
    public static string TooManyExtraMessages => $"more than {ExtraMessages} HelloRequests, tickets and KeyUpdates";

    /// <summary>The longest body of a handshake message.</summary>
    public static int BytesOf(TlsMessage type) => type switch
    {
        TlsMessage.server_hello or TlsMessage.encrypted_extensions => 20_000,
        // SSL_MAX_CERT_LIST_DEFAULT, and a ServerKeyExchange.
        TlsMessage.certificate or TlsMessage.certificate_request or TlsMessage.server_key_exchange => 102_400,
        TlsMessage.certificate_verify or TlsMessage.certificate_status => 16_384,
        TlsMessage.finished => 64,
        _ => MessageBytes,
    };
}
