using System.Buffers.Binary;
using LoadGen.Tls.Crypto;

namespace LoadGen.Tls.Fast.Tls12;

/// <summary>The protection of the records of one direction in TLS 1.2 (RFC 5246 section 6.2.3), for one handshake after another.</summary>
internal sealed class RecordProtection12
{
    /// <summary>The most that protection may add (RFC 5246 section 6.2.3).</summary>
    public const int Expansion = 2048;

    // RFC 5288 section 3: the part of the nonce that is in the record.
    private const int ExplicitNonceBytes = 8;

    // The header before the length: type and version.
    private const int TypeAndVersion = 3;

    // Sequence number, type, version, length (RFC 5246 section 6.2.3.3).
    private const int AdditionalBytes = sizeof(ulong) + TypeAndVersion + sizeof(ushort);

    private readonly Aead?[] _ciphers = new Aead?[2];
    private readonly byte[] _iv = new byte[Aead.NonceBytes];
    private CbcHmac? _cbc;
    private Aead? _cipher;
    private Suite12? _suite;
    private ulong _sequence;

    /// <summary>Whether records are protected.</summary>
    public bool IsOn => _suite is not null;

    /// <summary>Begins a handshake, in plain text.</summary>
    public void Reset() => _suite = null;

    /// <summary>Takes keys into use.</summary>
    /// <param name="keys">The keys of this direction.</param>
    /// <param name="encryptsThenMacs">Whether AES-CBC has its MAC outside (RFC 7366).</param>
    public void UseKeys(DirectionKeys keys, bool encryptsThenMacs)
    {
        _suite = keys.Suite;
        _sequence = 0;
        if (_suite.Aead is not { } aead)
        {
            _cbc ??= new CbcHmac();
            _cbc.SetKeys(_suite.Mac, encryptsThenMacs, keys.MacKey, keys.Key);
            return;
        }

        _cipher = _ciphers[(int)aead] ??= Aead.Create(aead);
        _cipher.SetKey(keys.Key);
        keys.Iv.CopyTo(_iv);
    }

    /// <summary>The length of the body that content of so many bytes gets.</summary>
    public int SealedBytes(int content) => _suite!.IsCbc ? _cbc!.SealedBytes(content) : NonceBytes + content + Aead.TagBytes;

    /// <summary>Protects content.</summary>
    /// <param name="record">Its header is there; the body is written.</param>
    /// <param name="content">The content.</param>
    public void Seal(Span<byte> record, ReadOnlySpan<byte> content)
    {
        var body = record[RecordSizes.Header..];
        if (_suite!.IsCbc)
        {
            _cbc!.Seal(_sequence++, record[..TypeAndVersion], content, body);
            return;
        }

        // Each explicit part must be used once; the number of the record is.
        if (NonceBytes > 0)
        {
            BinaryPrimitives.WriteUInt64BigEndian(body, _sequence);
        }

        Span<byte> nonce = stackalloc byte[Aead.NonceBytes];
        Span<byte> additional = stackalloc byte[AdditionalBytes];
        SetNonce(nonce, body);
        SetAdditional(additional, record, content.Length);
        _sequence++;
        _cipher!.Encrypt(nonce, content, body[NonceBytes..], additional);
    }

    /// <summary>Opens a record in place.</summary>
    /// <param name="record">Header and body.</param>
    /// <param name="content">The content.</param>
    /// <returns>Whether it is authentic.</returns>
    public bool TryOpen(Span<byte> record, out Span<byte> content)
    {
        var body = record[RecordSizes.Header..];
        if (_suite!.IsCbc)
        {
            return _cbc!.TryOpen(_sequence++, record[..TypeAndVersion], body, out content);
        }

        content = [];
        var length = body.Length - NonceBytes - Aead.TagBytes;
        if (length < 0)
        {
            return false;
        }

        Span<byte> nonce = stackalloc byte[Aead.NonceBytes];
        Span<byte> additional = stackalloc byte[AdditionalBytes];
        SetNonce(nonce, body);
        SetAdditional(additional, record, length);
        _sequence++;
        content = body.Slice(NonceBytes, length);
        return _cipher!.TryDecrypt(nonce, body[NonceBytes..], content, additional);
    }

    private int NonceBytes => _suite!.Aead == AeadKind.AesGcm ? ExplicitNonceBytes : 0;

    // AES-GCM: the fixed part, then the explicit one. ChaCha20-Poly1305: the number of the record, padded to the left, with the IV
    // (RFC 7905 section 2).
    private void SetNonce(Span<byte> nonce, ReadOnlySpan<byte> body)
    {
        _iv.CopyTo(nonce);
        var last = nonce[^sizeof(ulong)..];
        if (NonceBytes > 0)
        {
            body[..ExplicitNonceBytes].CopyTo(last);
        }
        else
        {
            BinaryPrimitives.WriteUInt64BigEndian(last, BinaryPrimitives.ReadUInt64BigEndian(last) ^ _sequence);
        }
    }

    private void SetAdditional(Span<byte> additional, ReadOnlySpan<byte> record, int length)
    {
        BinaryPrimitives.WriteUInt64BigEndian(additional, _sequence);
        record[..TypeAndVersion].CopyTo(additional[sizeof(ulong)..]);
        BinaryPrimitives.WriteUInt16BigEndian(additional[^sizeof(ushort)..], (ushort)length);
    }
}
