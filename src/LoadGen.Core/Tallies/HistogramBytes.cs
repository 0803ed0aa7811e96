using System.Buffers;

namespace LoadGen.Core.Tallies;

/// <summary>Numbers of variable length (LEB128, seven bits a byte), of which an encoded histogram is made.</summary>
internal static class HistogramBytes
{
    public static void Write(ArrayBufferWriter<byte> bytes, long number)
    {
        var rest = (ulong)number;
        var span = bytes.GetSpan(10);
        var length = 0;
        do
        {
            var low = (byte)(rest & 0x7f);
            rest >>= 7;
            span[length++] = rest == 0 ? low : (byte)(low | 0x80);
        }
        while (rest != 0);
        bytes.Advance(length);
    }

    /// <summary>Reads a number of zero or more, and goes on behind it.</summary>
    /// <exception cref="TallyFormatException">There is none.</exception>
    public static long Read(ref ReadOnlySpan<byte> bytes)
    {
        ulong value = 0;
        for (var i = 0; i < bytes.Length && i < 9; i++)
        {
            var next = bytes[i];
            value |= (ulong)(next & 0x7f) << (7 * i);
            if (next < 0x80)
            {
                bytes = bytes[(i + 1)..];
                return (long)value;
            }
        }

        throw new TallyFormatException("a histogram ends within a number, or has one that is too large");
    }
}
