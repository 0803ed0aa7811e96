using System.Buffers;
using System.Text;

namespace LoadGen.Core.Tallies;

/// <summary>Writes numbers of variable length (LEB128, seven bits a byte) and texts.</summary>
internal sealed class TallyWriter
{
    private readonly ArrayBufferWriter<byte> _bytes = new(4096);

    public void Number(long value)
    {
        var rest = (ulong)value;
        var span = _bytes.GetSpan(10);
        var length = 0;
        do
        {
            var low = (byte)(rest & 0x7f);
            rest >>= 7;
            span[length++] = rest == 0 ? low : (byte)(low | 0x80);
        }
        while (rest != 0);
        _bytes.Advance(length);
    }

    /// <summary>A text, or none.</summary>
    public void Text(string? text)
    {
        Number(text is null ? 0 : Encoding.UTF8.GetByteCount(text) + 1);
        if (text is not null)
        {
            _bytes.Advance(Encoding.UTF8.GetBytes(text, _bytes.GetSpan(Encoding.UTF8.GetByteCount(text))));
        }
    }

    public byte[] ToArray() => _bytes.WrittenSpan.ToArray();

    public void Clear() => _bytes.ResetWrittenCount();
}
