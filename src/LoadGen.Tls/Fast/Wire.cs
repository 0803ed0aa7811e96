using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using LoadGen.Tls.Offers;

namespace LoadGen.Tls.Fast;

/// <summary>
/// Reads the presentation language of TLS (RFC 8446 section 3). What reads beyond the end gets zeros and empty vectors, and the reader is
/// broken from then on: one question at the end of a message is enough.
/// </summary>
internal ref struct WireReader(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _rest = bytes;

    /// <summary>Whether something was longer than what there is.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>Whether nothing is left.</summary>
    public readonly bool IsEmpty => _rest.IsEmpty;

    /// <summary>Whether everything could be read, and nothing is left.</summary>
    public readonly bool IsComplete => !IsBroken && _rest.IsEmpty;

    public byte U8() => Bytes(1) is [var one] ? one : (byte)0;

    public ushort U16() => Bytes(2) is { Length: 2 } two ? BinaryPrimitives.ReadUInt16BigEndian(two) : (ushort)0;

    public int U24() => Bytes(3) is [var high, var middle, var low] ? (high << 16) | (middle << 8) | low : 0;

    public uint U32() => Bytes(4) is { Length: 4 } four ? BinaryPrimitives.ReadUInt32BigEndian(four) : 0;

    /// <summary>A vector whose length has one byte.</summary>
    public ReadOnlySpan<byte> Vector8() => Bytes(U8());

    /// <summary>A vector whose length has two bytes.</summary>
    public ReadOnlySpan<byte> Vector16() => Bytes(U16());

    /// <summary>A vector whose length has three bytes.</summary>
    public ReadOnlySpan<byte> Vector24() => Bytes(U24());

    /// <summary>So many bytes.</summary>
    public ReadOnlySpan<byte> Bytes(int count)
    {
        if (count > _rest.Length)
        {
            IsBroken = true;
            _rest = [];
            return [];
        }

        var taken = _rest[..count];
        _rest = _rest[count..];
        return taken;
    }
}

/// <summary>Reads extensions (RFC 8446 section 4.2) one after another.</summary>
internal ref struct ExtensionReader(ReadOnlySpan<byte> extensions)
{
    private WireReader _rest = new(extensions);
    private ulong _seen;

    /// <summary>The type of the current extension.</summary>
    public TlsExtension Type { get; private set; }

    /// <summary>Its content.</summary>
    public ReadOnlySpan<byte> Content { get; private set; }

    /// <summary>Whether the list ends within an extension.</summary>
    public readonly bool IsBroken => _rest.IsBroken;

    /// <summary>Whether an extension that has a meaning here came twice, which section 4.2 forbids.</summary>
    public bool HasRepetition { get; private set; }

    /// <summary>Goes on to the next extension; <see langword="false"/> at the end, or at what cannot be read.</summary>
    public bool Read()
    {
        if (_rest.IsEmpty)
        {
            return false;
        }

        Type = (TlsExtension)_rest.U16();
        Content = _rest.Vector16();

        // All that have a meaning to this client are below 64.
        if ((int)Type < 64)
        {
            HasRepetition |= (_seen & (1UL << (int)Type)) != 0;
            _seen |= 1UL << (int)Type;
        }

        return !_rest.IsBroken;
    }
}

/// <summary>Bytes in an array of the pool, which has one only while there are bytes.</summary>
internal struct PooledBytes
{
    private byte[]? _array;

    /// <summary>How many bytes there are.</summary>
    public int Count { get; private set; }

    /// <summary>The bytes.</summary>
    public readonly Span<byte> Span => _array.AsSpan(0, Count);

    /// <summary>The bytes as memory, for as long as they are not cleared.</summary>
    public readonly ReadOnlyMemory<byte> Memory => _array.AsMemory(0, Count);

    /// <summary>Adds bytes at the end.</summary>
    public void Append(ReadOnlySpan<byte> bytes) => bytes.CopyTo(Add(bytes.Length));

    /// <summary>Adds one byte at the end.</summary>
    public void Append(byte one) => Add(1)[0] = one;

    /// <summary>Adds a number of two bytes at the end.</summary>
    public void AppendU16(int value) => BinaryPrimitives.WriteUInt16BigEndian(Add(sizeof(ushort)), (ushort)value);

    /// <summary>Adds a number of three bytes at the end.</summary>
    public void AppendU24(int value)
    {
        var place = Add(3);
        place[0] = (byte)(value >> 16);
        BinaryPrimitives.WriteUInt16BigEndian(place[1..], (ushort)value);
    }

    /// <summary>Adds room for so many bytes at the end, which have no meaning yet.</summary>
    public Span<byte> Add(int count)
    {
        Require(Count + count);
        Count += count;
        return _array.AsSpan(Count - count, count);
    }

    /// <summary>Sets a number of two bytes that was added before.</summary>
    public readonly void SetU16(int at, int value) => BinaryPrimitives.WriteUInt16BigEndian(_array.AsSpan(at), (ushort)value);

    /// <summary>Sets a number of three bytes that was added before.</summary>
    public readonly void SetU24(int at, int value)
    {
        _array![at] = (byte)(value >> 16);
        SetU16(at + 1, value);
    }

    /// <summary>Gives the array back to the pool.</summary>
    public void Clear()
    {
        if (_array is { } array)
        {
            ArrayPool<byte>.Shared.Return(array);
            _array = null;
        }

        Count = 0;
    }

    [MemberNotNull(nameof(_array))]
    private void Require(int capacity)
    {
        if (_array is { } array && array.Length >= capacity)
        {
            return;
        }

        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(capacity, 2 * Count));
        if (_array is { } old)
        {
            old.AsSpan(0, Count).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(old);
        }

        _array = larger;
    }
}
