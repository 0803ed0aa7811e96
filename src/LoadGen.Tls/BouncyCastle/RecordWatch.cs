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
