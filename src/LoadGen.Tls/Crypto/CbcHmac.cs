using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace LoadGen.Tls.Crypto;

/// <summary>The MACs of the CBC suites of TLS 1.2: HMAC (RFC 2104) with these hashes.</summary>
internal enum MacKind
{
    Sha1,
    Sha256,
    Sha384,
}

/// <summary>
/// One direction of AES-CBC with HMAC (RFC 5246 section 6.2.3.2), with the MAC inside the encryption or around it (encrypt_then_mac,
/// RFC 7366). A body is an IV of 16 bytes, then the ciphertext, then the MAC where it is outside. For one thread at a time.
/// </summary>
internal sealed class CbcHmac : IDisposable
{
    /// <summary>The length in bytes of a block, and of the IV.</summary>
    public const int BlockBytes = 16;

    // Sequence number, type, version, length (RFC 5246 section 6.2.3.1).
    private const int HeadBytes = sizeof(ulong) + 1 + 2 + 2;
    private const int MostMacBytes = 48;
    private const int MostPadding = 255;

    private readonly Aes _aes = Aes.Create();
    private readonly byte[] _macKey = new byte[MostMacBytes];
    private MacKind _mac;
    private bool _isMacOutside;

    /// <summary>The length in bytes of a MAC, and of its key.</summary>
    public static int MacBytes(MacKind kind) => kind switch
    {
        MacKind.Sha1 => HMACSHA1.HashSizeInBytes,
        MacKind.Sha256 => HMACSHA256.HashSizeInBytes,
        _ => HMACSHA384.HashSizeInBytes,
    };

    /// <summary>Sets or replaces the keys.</summary>
    /// <param name="mac">The MAC.</param>
    /// <param name="isMacOutside">Whether the ciphertext has the MAC (RFC 7366), not the content.</param>
    /// <param name="macKey">The key of the MAC.</param>
    /// <param name="key">The key of AES, 16 or 32 bytes.</param>
    public void SetKeys(MacKind mac, bool isMacOutside, ReadOnlySpan<byte> macKey, ReadOnlySpan<byte> key)
    {
        (_mac, _isMacOutside) = (mac, isMacOutside);
        macKey.CopyTo(_macKey);
        _aes.SetKey(key);
    }

    /// <summary>The length of the body that content of so many bytes gets.</summary>
    public int SealedBytes(int content)
    {
        var mac = MacBytes(_mac);
        return _isMacOutside ? BlockBytes + PaddedBytes(content) + mac : BlockBytes + PaddedBytes(content + mac);
    }

    /// <summary>Protects the content of a record.</summary>
    /// <param name="sequence">The number of the record.</param>
    /// <param name="header">Type and version of the record.</param>
    /// <param name="content">The content.</param>
    /// <param name="body">Receives the body, as long as <see cref="SealedBytes"/> says.</param>
    public void Seal(ulong sequence, ReadOnlySpan<byte> header, ReadOnlySpan<byte> content, Span<byte> body)
    {
        var mac = MacBytes(_mac);
        var iv = body[..BlockBytes];
        var sealedPart = body[BlockBytes..^(_isMacOutside ? mac : 0)];
        RandomNumberGenerator.Fill(iv);
        content.CopyTo(sealedPart);
        var used = content.Length;
        if (!_isMacOutside)
        {
            ComputeMac(sequence, header, content, sealedPart.Slice(used, mac));
            used += mac;
        }

        // The last byte of the padding is its length, and all others are the same.
        sealedPart[used..].Fill((byte)(sealedPart.Length - used - 1));
        _aes.EncryptCbc(sealedPart, iv, sealedPart, PaddingMode.None);
        if (_isMacOutside)
        {
            ComputeMac(sequence, header, body[..^mac], body[^mac..]);
        }
    }

    /// <summary>Opens the body of a record, which is overwritten.</summary>
    /// <param name="sequence">The number of the record.</param>
    /// <param name="header">Type and version of the record.</param>
    /// <param name="body">The body.</param>
    /// <param name="content">The content, within the body.</param>
    /// <returns>Whether it is authentic. A wrong padding is not told from a wrong MAC.</returns>
    public bool TryOpen(ulong sequence, ReadOnlySpan<byte> header, Span<byte> body, out Span<byte> content)
    {
        content = [];
        var mac = MacBytes(_mac);
        Span<byte> computed = stackalloc byte[MostMacBytes];
        computed = computed[..mac];
        if (_isMacOutside)
        {
            if (body.Length < mac)
            {
                return false;
            }

            ComputeMac(sequence, header, body[..^mac], computed);
            if (!CryptographicOperations.FixedTimeEquals(computed, body[^mac..]))
            {
                return false;
            }

            body = body[..^mac];
        }

        if (body.Length < 2 * BlockBytes || body.Length % BlockBytes != 0)
        {
            return false;
        }

        var plain = body[BlockBytes..];
        _aes.DecryptCbc(plain, body[..BlockBytes], plain, PaddingMode.None);
        var isGood = HasPadding(plain, _isMacOutside ? 0 : mac, out var padded);
        if (_isMacOutside)
        {
            content = plain[..^padded];
            return isGood;
        }

        if (plain.Length < padded + mac)
        {
            return false;
        }

        content = plain[..^(padded + mac)];
        ComputeMac(sequence, header, content, computed);
        return CryptographicOperations.FixedTimeEquals(computed, plain.Slice(content.Length, mac)) & isGood;
    }

    public void Dispose()
    {
        _aes.Dispose();
        CryptographicOperations.ZeroMemory(_macKey);
    }

    private static int PaddedBytes(int bytes) => (bytes / BlockBytes * BlockBytes) + BlockBytes;

    // All bytes that may be padding are looked at, whatever they hold. Where it is wrong it counts as empty (RFC 5246 section 6.2.3.2).
    private static bool HasPadding(ReadOnlySpan<byte> plain, int mac, out int bytes)
    {
        int length = plain[^1];
        var wrong = (plain.Length - mac - 1 - length) >> 31;
        var most = Math.Min(MostPadding, plain.Length - 1);
        for (var i = 0; i <= most; i++)
        {
            var counts = ~((length - i) >> 31);
            wrong |= counts & (plain[^(i + 1)] ^ length);
        }

        var isGood = wrong == 0;
        bytes = 1 + (isGood ? length : 0);
        return isGood;
    }

    [SuppressMessage("Security", "CA5350", Justification = "The suites of RFC 5246 have it, and HMAC with SHA-1 is not broken.")]
    private void ComputeMac(ulong sequence, ReadOnlySpan<byte> header, ReadOnlySpan<byte> content, Span<byte> output)
    {
        var length = HeadBytes + content.Length;
        var rented = ArrayPool<byte>.Shared.Rent(length);
        var input = rented.AsSpan(0, length);
        BinaryPrimitives.WriteUInt64BigEndian(input, sequence);
        header.CopyTo(input[sizeof(ulong)..]);
        BinaryPrimitives.WriteUInt16BigEndian(input[(HeadBytes - sizeof(ushort))..], (ushort)content.Length);
        content.CopyTo(input[HeadBytes..]);
        var key = _macKey.AsSpan(0, MacBytes(_mac));
        switch (_mac)
        {
            case MacKind.Sha1:
                HMACSHA1.HashData(key, input, output);
                break;
            case MacKind.Sha256:
                Hashing.Hmac(HashKind.Sha256, key, input, output);
                break;
            default:
                Hashing.Hmac(HashKind.Sha384, key, input, output);
                break;
        }

        CryptographicOperations.ZeroMemory(input);
        ArrayPool<byte>.Shared.Return(rented);
    }
}
