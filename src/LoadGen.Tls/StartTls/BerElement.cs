using System.Buffers;

namespace LoadGen.Tls.StartTls;

/// <summary>Reads elements in the Basic Encoding Rules as LDAP restricts them: all lengths are definite (RFC 4511 section 5.1).</summary>
internal static class BerElement
{
    private const byte LongForm = 0x80;

    /// <summary>
    /// Reads the content of an element that must have the tag. Lengths may have leading zeros, as those of Active
    /// Directory do.
    /// </summary>
    public static OperationStatus Read(ReadOnlySpan<byte> data, byte tag, out ReadOnlySpan<byte> content, out int used)
    {
        content = default;
        used = 0;
        if (data.Length > 0 && data[0] != tag)
        {
            return OperationStatus.InvalidData;
        }

        if (data.Length < 2)
        {
            return OperationStatus.NeedMoreData;
        }

        var contentAt = 2;
        var length = (long)data[1];
        if (data[1] >= LongForm)
        {
            var octets = data[1] - LongForm;
            if (octets is 0 or > sizeof(int))
            {
                return OperationStatus.InvalidData;
            }

            contentAt += octets;
            if (data.Length < contentAt)
            {
                return OperationStatus.NeedMoreData;
            }

            length = ReadUnsigned(data[2..contentAt]);
        }

        if (data.Length - contentAt < length)
        {
            return OperationStatus.NeedMoreData;
        }

        used = contentAt + (int)length;
        content = data[contentAt..used];
        return OperationStatus.Done;
    }

    /// <summary>Moves over an element that must have the tag, inside of another; <see langword="false"/> if it is not there.</summary>
    public static bool TryTake(ref ReadOnlySpan<byte> data, byte tag, out ReadOnlySpan<byte> content)
    {
        var isThere = Read(data, tag, out content, out var used) == OperationStatus.Done;
        data = data[used..];
        return isThere;
    }

    /// <summary>Moves over a number of up to 4 bytes that is not negative.</summary>
    public static bool TryTakeNumber(ref ReadOnlySpan<byte> data, byte tag, out long number)
    {
        var isThere = TryTake(ref data, tag, out var content) && content.Length is > 0 and <= sizeof(int);
        number = isThere ? ReadUnsigned(content) : 0;
        return isThere;
    }

    private static long ReadUnsigned(ReadOnlySpan<byte> octets)
    {
        var number = 0L;
        foreach (var octet in octets)
        {
            number = (number << 8) | octet;
        }

        return number;
    }
}
