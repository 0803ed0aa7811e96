using System.Text;

namespace LoadGen.Core.Tallies;

/// <summary>Reads what <see cref="TallyWriter"/> wrote. The bytes come from the network: nothing in them is believed.</summary>
internal ref struct TallyReader(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _rest = bytes;

    public readonly bool IsAtEnd => _rest.IsEmpty;

    public long Number()
    {
        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            if (_rest.IsEmpty)
            {
                throw new TallyFormatException("a tally ends in the middle of a number");
            }

            var next = _rest[0];
            _rest = _rest[1..];
            value |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80)
            {
                return (long)value;
            }
        }

        throw new TallyFormatException("a number of a tally is too long");
    }

    /// <summary>A number of things: not below zero.</summary>
    public long Count() => Number() is >= 0 and var count ? count : throw new TallyFormatException("a count of a tally is negative");

    public string? Text()
    {
        var length = Number() - 1;
        if (length < 0)
        {
            return null;
        }

        if (length > _rest.Length)
        {
            throw new TallyFormatException("a text of a tally is longer than the tally");
        }

        var text = Encoding.UTF8.GetString(_rest[..(int)length]);
        _rest = _rest[(int)length..];
        return text;
    }

    /// <summary>A number that must be from 0 to below <paramref name="limit"/>.</summary>
    public int Index(int limit)
    {
        var value = Number();
        return value >= 0 && value < limit ? (int)value : throw new TallyFormatException("an index of a tally is out of range");
    }
}
