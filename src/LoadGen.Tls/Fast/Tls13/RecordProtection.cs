using System.Buffers.Binary;
using LoadGen.Tls.Crypto;

namespace LoadGen.Tls.Fast.Tls13;

/// <summary>The protection of the records of one direction (RFC 8446 section 5.2), for one handshake after another.</summary>
internal sealed class RecordProtection
{
    private readonly Aead?[] _ciphers = new Aead?[2];
    private readonly byte[] _iv = new byte[Aead.NonceBytes];
    private Aead? _cipher;
    private ulong _sequence;

    /// <summary>Whether records are protected.</summary>
    public bool IsOn => _cipher is not null;

    /// <summary>Begins a handshake, in plain text.</summary>
    public void Reset() => _cipher = null;

    /// <summary>The key and the nonce of a traffic secret (section 7.3).</summary>
    public void UseSecret(SuiteParts suite, ReadOnlySpan<byte> secret)
    {
        Span<byte> key = stackalloc byte[suite.KeyBytes];
        KeyDerivation.ExpandLabel(suite.Hash, secret, "key"u8, [], key);
        KeyDerivation.ExpandLabel(suite.Hash, secret, "iv"u8, [], _iv);
        _cipher = _ciphers[(int)suite.Aead] ??= Aead.Create(suite.Aead);
        _cipher.SetKey(key);
        _sequence = 0;
        key.Clear();
    }

    /// <summary>Protects a record in place.</summary>
    /// <param name="record">Header, plaintext, and room for the tag.</param>
    public void Seal(Span<byte> record)
    {
        Span<byte> nonce = stackalloc byte[Aead.NonceBytes];
        NextNonce(nonce);
        var body = record[RecordSizes.Header..];
        _cipher!.Encrypt(nonce, body[..^Aead.TagBytes], body, record[..RecordSizes.Header]);
    }

    /// <summary>Opens a record in place.</summary>
    /// <param name="record">Header and ciphertext.</param>
    /// <param name="plaintext">TLSInnerPlaintext: content, its type, zeros.</param>
    /// <returns>Whether it is authentic.</returns>
    public bool TryOpen(Span<byte> record, out Span<byte> plaintext)
    {
        plaintext = [];
        var body = record[RecordSizes.Header..];
        if (body.Length < Aead.TagBytes)
        {
            return false;
        }

        Span<byte> nonce = stackalloc byte[Aead.NonceBytes];
        NextNonce(nonce);
        plaintext = body[..^Aead.TagBytes];
        return _cipher!.TryDecrypt(nonce, body, plaintext, record[..RecordSizes.Header]);
    }

    // Section 5.3: the number of the record, padded to the left, with the IV.
    private void NextNonce(Span<byte> nonce)
    {
        _iv.CopyTo(nonce);
        var number = nonce[^sizeof(ulong)..];
        BinaryPrimitives.WriteUInt64BigEndian(number, BinaryPrimitives.ReadUInt64BigEndian(number) ^ _sequence++);
    }
}
