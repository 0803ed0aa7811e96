using System.Buffers.Binary;

namespace LoadGen.Tls.Tests.Fuzz;

/// <summary>
/// A piece of a message as the presentation language has it (RFC 8446 section 3): bytes, or pieces one behind the other, with their length before
/// them if they are a vector. A tree of pieces can be changed anywhere, and all lengths around the change stay right.
/// </summary>
/// <param name="lengthBytes">How many bytes the length has; 0 for none.</param>
internal sealed class Piece(int lengthBytes)
{
    /// <summary>The bytes of a piece without parts.</summary>
    public byte[] Bytes { get; set; } = [];

    public List<Piece> Parts { get; } = [];

    /// <summary>How many bytes the length has; 0 for none.</summary>
    public int LengthBytes => lengthBytes;

    /// <summary>What the length says more than there is.</summary>
    public int Lie { get; set; }

    /// <summary>This piece and all within it.</summary>
    public IEnumerable<Piece> All => Parts.SelectMany(part => part.All).Prepend(this);

    public byte[] ToBytes()
    {
        byte[] content = Parts.Count > 0 ? [.. Parts.SelectMany(part => part.ToBytes())] : Bytes;
        Span<byte> length = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(length, content.Length + Lie);
        return [.. length[^lengthBytes..], .. content];
    }

    public static Piece Of(ReadOnlySpan<byte> bytes) => new(0) { Bytes = bytes.ToArray() };
}

/// <summary>Takes a message that is as it should be apart into its pieces.</summary>
internal ref struct PieceReader(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _rest = bytes;

    /// <summary>The body of a handshake message.</summary>
    public static Piece BodyOf(byte type, ReadOnlySpan<byte> body, bool isTls12)
    {
        var reader = new PieceReader(body);
        var root = new Piece(0);
        switch (type)
        {
            // NewSessionTicket (RFC 5077 section 3.3)
            case 4 when isTls12:
                root.Parts.AddRange([reader.Take(4), reader.Vector(2)]);
                break;

            // Certificate (RFC 5246 section 7.4.2)
            case 11 when isTls12:
                var certificates = new Piece(3);
                for (var list = new PieceReader(reader.Content(3)); !list._rest.IsEmpty;)
                {
                    certificates.Parts.Add(list.Vector(3));
                }

                root.Parts.Add(certificates);
                break;

            // ServerKeyExchange (RFC 8422 section 5.4)
            case 12:
                root.Parts.AddRange([reader.Take(1), reader.Take(2), reader.Vector(1), reader.Take(2), reader.Vector(2)]);
                break;
            case 2:
                root.Parts.AddRange([reader.Take(2), reader.Take(32), reader.Vector(1), reader.Take(2), reader.Take(1), reader.Extensions()]);
                break;
            case 4:
                root.Parts.AddRange([reader.Take(4), reader.Take(4), reader.Vector(1), reader.Vector(2), reader.Extensions()]);
                break;
            case 8:
                root.Parts.Add(reader.Extensions());
                break;
            case 11:
                root.Parts.AddRange([reader.Vector(1), reader.Certificates()]);
                break;
            case 13:
                root.Parts.AddRange([reader.Vector(1), reader.Extensions()]);
                break;
            case 15:
                root.Parts.AddRange([reader.Take(2), reader.Vector(2)]);
                break;
            default:
                root.Bytes = body.ToArray();
                break;
        }

        return root;
    }

    private Piece Take(int count)
    {
        var taken = Piece.Of(_rest[..count]);
        _rest = _rest[count..];
        return taken;
    }

    private ReadOnlySpan<byte> Content(int lengthBytes)
    {
        var length = 0;
        foreach (var each in _rest[..lengthBytes])
        {
            length = (length << 8) | each;
        }

        var content = _rest.Slice(lengthBytes, length);
        _rest = _rest[(lengthBytes + length)..];
        return content;
    }

    private Piece Vector(int lengthBytes) => new(lengthBytes) { Bytes = Content(lengthBytes).ToArray() };

    private Piece Extensions()
    {
        var list = new Piece(2);
        for (var reader = new PieceReader(Content(2)); !reader._rest.IsEmpty;)
        {
            var extension = new Piece(0);
            var type = reader.Take(2);
            extension.Parts.AddRange([type, reader.ExtensionOf(BinaryPrimitives.ReadUInt16BigEndian(type.Bytes))]);
            list.Parts.Add(extension);
        }

        return list;
    }

    private Piece ExtensionOf(int type)
    {
        var reader = new PieceReader(Content(2));
        var content = new Piece(2);
        switch (type)
        {
            // key_share of a ServerHello
            case 51 when reader._rest.Length > 2:
                content.Parts.AddRange([reader.Take(2), reader.Vector(2)]);
                break;

            // cookie, signature_algorithms, supported_groups
            case 44 or 13 or 10:
                content.Parts.Add(reader.Vector(2));
                break;

            // application_layer_protocol_negotiation
            case 16:
                var names = new Piece(2);
                names.Parts.Add(new PieceReader(reader.Content(2)).Vector(1));
                content.Parts.Add(names);
                break;

            // status_request in a Certificate
            case 5:
                content.Parts.AddRange([reader.Take(1), reader.Vector(3)]);
                break;
            default:
                content.Bytes = reader._rest.ToArray();
                break;
        }

        return content;
    }

    private Piece Certificates()
    {
        var list = new Piece(3);
        for (var reader = new PieceReader(Content(3)); !reader._rest.IsEmpty;)
        {
            var entry = new Piece(0);
            entry.Parts.AddRange([reader.Vector(3), reader.Extensions()]);
            list.Parts.Add(entry);
        }

        return list;
    }
}
