using System.Buffers.Binary;
using LoadGen.Tls.Crypto;
using LoadGen.Tls.Fast.Tls12;
using LoadGen.Tls.Offers;

namespace LoadGen.Tls.Fast;

/// <summary>The sizes of records (RFC 8446 section 5).</summary>
internal static class RecordSizes
{
    public const int Header = 5;

    /// <summary>The most content of a record.</summary>
    public const int Content = 1 << 14;

    /// <summary>The most that protection may add.</summary>
    public const int Expansion = 256;
}

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

/// <summary>Writes the client's records, for one handshake after another.</summary>
internal sealed class RecordWriter
{
    /// <summary>TLS 1.2, as every record but the first claims to be (RFC 8446 section 5.1).</summary>
    private const ushort LegacyVersion = 0x0303;

    /// <summary>TLS 1.0, as the record of the first ClientHello may claim for the sake of old servers.</summary>
    private const ushort FirstVersion = 0x0301;

    private PooledBytes _output;
    private int _taken;
    private bool _isFirst;
    private bool _hasChangedCipherSpec;

    /// <summary>How records are protected in TLS 1.3.</summary>
    public RecordProtection Protection { get; } = new();

    /// <summary>How records are protected in TLS 1.2.</summary>
    public RecordProtection12 Protection12 { get; } = new();

    /// <summary>Whether there is nothing to send.</summary>
    public bool IsEmpty => _output.Count == _taken;

    /// <summary>Begins a handshake.</summary>
    public void Reset()
    {
        Clear();
        Protection.Reset();
        Protection12.Reset();
        (_isFirst, _hasChangedCipherSpec) = (true, false);
    }

    /// <summary>Gives its memory back.</summary>
    public void Clear()
    {
        _output.Clear();
        _taken = 0;
    }

    /// <summary>Writes content of one type in as many records as it takes.</summary>
    public void Write(TlsContent type, ReadOnlySpan<byte> content)
    {
        do
        {
            var part = content[..Math.Min(content.Length, RecordSizes.Content)];
            content = content[part.Length..];
            WriteRecord(type, part);
        }
        while (!content.IsEmpty);
    }

    /// <summary>
    /// Writes a ChangeCipherSpec: that of TLS 1.2, or of middlebox compatibility, which is never protected, unless it was written before (section 5,
    /// appendix D.4). What is protected in TLS 1.3 has it before it by itself, even an alert.
    /// </summary>
    public void WriteChangeCipherSpec()
    {
        if (!_hasChangedCipherSpec)
        {
            _hasChangedCipherSpec = true;
            _output.Append([(byte)TlsContent.change_cipher_spec, 3, 3, 0, 1, 1]);
        }
    }

    /// <summary>Moves output into a buffer.</summary>
    public int Take(Span<byte> buffer)
    {
        var count = Math.Min(_output.Count - _taken, buffer.Length);
        _output.Span.Slice(_taken, count).CopyTo(buffer);
        _taken += count;
        if (_taken == _output.Count)
        {
            Clear();
        }

        return count;
    }

    private void WriteRecord(TlsContent type, ReadOnlySpan<byte> content)
    {
        if (Protection12.IsOn)
        {
            var old = _output.Add(RecordSizes.Header + Protection12.SealedBytes(content.Length));
            WriteHeader(old, type, LegacyVersion);
            Protection12.Seal(old, content);
            return;
        }

        if (!Protection.IsOn)
        {
            var plain = _output.Add(RecordSizes.Header + content.Length);
            WriteHeader(plain, type, _isFirst ? FirstVersion : LegacyVersion);
            content.CopyTo(plain[RecordSizes.Header..]);
            _isFirst = false;
            return;
        }

        WriteChangeCipherSpec();
        var record = _output.Add(RecordSizes.Header + content.Length + 1 + Aead.TagBytes);
        WriteHeader(record, TlsContent.application_data, LegacyVersion);
        content.CopyTo(record[RecordSizes.Header..]);
        record[RecordSizes.Header + content.Length] = (byte)type;
        Protection.Seal(record);
    }

    private static void WriteHeader(Span<byte> record, TlsContent type, ushort version)
    {
        record[0] = (byte)type;
        BinaryPrimitives.WriteUInt16BigEndian(record[1..], version);
        BinaryPrimitives.WriteUInt16BigEndian(record[3..], (ushort)(record.Length - RecordSizes.Header));
    }
}
