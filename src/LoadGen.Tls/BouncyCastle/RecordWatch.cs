using Org.BouncyCastle.Tls;
using Org.BouncyCastle.Tls.Crypto;

namespace LoadGen.Tls.BouncyCastle;

/// <summary>
/// Sees the content of every record of one handshake after another, which BouncyCastle keeps to itself: how many bytes of
/// handshake messages are still unread when the keys change, and how many records in a row brought nothing.
/// </summary>
internal sealed class RecordWatch
{
    /// <summary>
    /// Bytes of handshake messages that have come and are part of no message that was handled. Messages must not span a change of
    /// keys (RFC 8446 section 5.1).
    /// </summary>
    public int UnreadHandshakeBytes { get; private set; }

    /// <summary>Records in a row that brought nothing.</summary>
    public int IdleRecords { get; private set; }

    /// <summary>Begins a handshake.</summary>
    public void Begin() => (UnreadHandshakeBytes, IdleRecords) = (0, 0);

    /// <summary>A record has come, in plain text or decrypted.</summary>
    /// <exception cref="TlsFatalAlert">A message that it is part of is too long.</exception>
    public void Take(short type, int length)
    {
        IdleRecords = length == 0 || type == ContentType.change_cipher_spec ? IdleRecords + 1 : 0;
        if (type == ContentType.handshake)
        {
            UnreadHandshakeBytes += length;
            if (UnreadHandshakeBytes > ServerLimits.MessageBytes)
            {
                throw new TlsFatalAlert(AlertDescription.illegal_parameter, $"a handshake message is longer than {ServerLimits.MessageBytes:N0} bytes");
            }
        }
    }

    /// <summary>A handshake message of so many bytes is being handled.</summary>
    public void Handle(int bytes) => UnreadHandshakeBytes -= bytes;
}

/// <summary>Tells a watch what it decrypts.</summary>
internal sealed class WatchedCipher(TlsCipher cipher, RecordWatch watch) : TlsCipher, TlsCipherExt
{
    public bool UsesOpaqueRecordType => cipher.UsesOpaqueRecordType;

    public TlsDecodeResult DecodeCiphertext(long seqNo, short recordType, ProtocolVersion recordVersion, byte[] ciphertext, int offset, int len)
    {
        var decoded = cipher.DecodeCiphertext(seqNo, recordType, recordVersion, ciphertext, offset, len);
        watch.Take(decoded.contentType, decoded.len);
        return decoded;
    }

    public TlsEncodeResult EncodePlaintext(long seqNo, short contentType, ProtocolVersion recordVersion, int headerAllocation, byte[] plaintext, int offset, int len)
        => cipher.EncodePlaintext(seqNo, contentType, recordVersion, headerAllocation, plaintext, offset, len);

    public TlsEncodeResult EncodePlaintext(long seqNo, short contentType, ProtocolVersion recordVersion, int headerAllocation, ReadOnlySpan<byte> plaintext)
        => cipher.EncodePlaintext(seqNo, contentType, recordVersion, headerAllocation, plaintext);

    public int GetCiphertextDecodeLimit(int plaintextLimit) => cipher.GetCiphertextDecodeLimit(plaintextLimit);

    public int GetCiphertextEncodeLimit(int plaintextLength, int plaintextLimit) => cipher.GetCiphertextEncodeLimit(plaintextLength, plaintextLimit);

    public int GetPlaintextLimit(int ciphertextLimit) => cipher.GetPlaintextLimit(ciphertextLimit);

    public int GetPlaintextDecodeLimit(int ciphertextLimit)
        => cipher is TlsCipherExt more ? more.GetPlaintextDecodeLimit(ciphertextLimit) : cipher.GetPlaintextLimit(ciphertextLimit);

    public int GetPlaintextEncodeLimit(int ciphertextLimit)
        => cipher is TlsCipherExt more ? more.GetPlaintextEncodeLimit(ciphertextLimit) : cipher.GetPlaintextLimit(ciphertextLimit);

    public void RekeyDecoder() => cipher.RekeyDecoder();

    public void RekeyEncoder() => cipher.RekeyEncoder();
}

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

    /// <summary>The longest body of a handshake message.</summary>
    public static int BytesOf(short type) => type switch
    {
        HandshakeType.server_hello or HandshakeType.encrypted_extensions => 20_000,
        // SSL_MAX_CERT_LIST_DEFAULT, and a ServerKeyExchange.
        HandshakeType.certificate or HandshakeType.certificate_request or HandshakeType.server_key_exchange => 102_400,
        HandshakeType.certificate_verify or HandshakeType.certificate_status => 16_384,
        HandshakeType.finished => 64,
        _ => MessageBytes,
    };
}
