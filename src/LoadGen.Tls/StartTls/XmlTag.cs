using System.Buffers;

namespace LoadGen.Tls.StartTls;

/// <summary>
/// One tag of an XML stream: its kind and its name without a prefix. A stream is not a document until it has ended, so
/// that a reader of documents is of no use here.
/// </summary>
internal readonly ref struct XmlTag
{
    public XmlTagKind Kind { get; private init; }

    public ReadOnlySpan<byte> Name { get; private init; }

    /// <summary>
    /// Reads the tag that begins with the first byte. Comments, document types and sections of character data are none:
    /// a stream has no use for them (RFC 6120 section 11.1).
    /// </summary>
    public static OperationStatus Read(ReadOnlySpan<byte> data, out XmlTag tag, out int used)
    {
        tag = default;
        used = 0;
        if (data.Length < 2)
        {
            return OperationStatus.NeedMoreData;
        }

        if (data[0] != '<' || data[1] == '!')
        {
            return OperationStatus.InvalidData;
        }

        var length = FindLength(data);
        if (length == 0)
        {
            return OperationStatus.NeedMoreData;
        }

        used = length;
        var isEnd = data[1] == '/';
        var inside = data[(isEnd ? 2 : 1)..(length - 1)];
        tag = new XmlTag
        {
            Kind = data[1] == '?' ? XmlTagKind.Declaration
                : isEnd ? XmlTagKind.End
                : inside is [.., (byte)'/'] ? XmlTagKind.Empty
                : XmlTagKind.Start,
            Name = ReadLocalName(inside),
        };
        return tag.Name.IsEmpty ? OperationStatus.InvalidData : OperationStatus.Done;
    }

    // The sign that ends a tag may stand inside of a quoted value too (XML 1.0 section 2.3). 0 if the end has not come.
    private static int FindLength(ReadOnlySpan<byte> data)
    {
        for (var at = 0; ; at++)
        {
            var next = data[at..].IndexOfAny((byte)'>', (byte)'"', (byte)'\'');
            if (next < 0)
            {
                return 0;
            }

            at += next;
            if (data[at] == '>')
            {
                return at + 1;
            }

            var quoted = data[(at + 1)..].IndexOf(data[at]);
            if (quoted < 0)
            {
                return 0;
            }

            at += quoted + 1;
        }
    }

    private static ReadOnlySpan<byte> ReadLocalName(ReadOnlySpan<byte> inside)
    {
        var end = inside.IndexOfAny(" \t\r\n/"u8);
        var name = end < 0 ? inside : inside[..end];
        return name[(name.IndexOf((byte)':') + 1)..];
    }
}
