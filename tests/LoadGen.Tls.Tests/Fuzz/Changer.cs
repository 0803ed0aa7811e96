namespace LoadGen.Tls.Tests.Fuzz;

/// <summary>Changes messages, sequences of them, and bytes, as its random numbers say.</summary>
internal sealed class Changer(Random random)
{
    // Known extensions, those that no message of a server may have, GREASE, and what nobody knows.
    private static readonly int[] ExtensionTypes = [0, 5, 10, 11, 13, 16, 18, 23, 27, 35, 41, 42, 43, 44, 45, 47, 49, 50, 51, 57, 0x1a1a, 0xfe0d, 0xff01, 0xffff];

    private static readonly int[] Lengths = [0, 1, 2, 31, 32, 33, 63, 64, 65, 255, 256, 16_383, 16_384, 16_385, 65_535];

    private static readonly byte[] MessageTypes = [0, 1, 2, 3, 4, 5, 8, 11, 12, 13, 14, 15, 16, 20, 22, 24, 25, 254, 255];

    /// <summary>True one time in so many.</summary>
    public bool OneIn(int times) => random.Next(times) == 0;

    public int Next(int most) => random.Next(most);

    public byte[] RandomBytes(int count)
    {
        var bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }

    /// <summary>The body of a handshake message, changed in one or a few of its pieces.</summary>
    public byte[] Body(byte type, byte[] body, bool isTls12)
    {
        var root = PieceReader.BodyOf(type, body, isTls12);
        do
        {
            Change(root);
        }
        while (OneIn(3));

        return root.ToBytes();
    }

    /// <summary>A sequence with a message less, more, elsewhere, or of another type or length.</summary>
    public void Sequence(List<byte[]> messages)
    {
        var at = messages.Count > 0 ? random.Next(messages.Count) : 0;
        switch (random.Next(7))
        {
            case 0 when messages.Count > 0:
                messages.RemoveAt(at);
                break;
            case 1 when messages.Count > 0:
                messages.Insert(random.Next(messages.Count + 1), messages[at]);
                break;
            case 2 when messages.Count > 1:
                var other = random.Next(messages.Count);
                (messages[at], messages[other]) = (messages[other], messages[at]);
                break;
            case 3 when messages.Count > 0:
                messages[at] = [MessageTypes[random.Next(MessageTypes.Length)], .. messages[at][1..]];
                break;
            case 4 when messages.Count > 0:
                messages[at] = [.. messages[at]];
                messages[at][1 + random.Next(3)] += (byte)(1 + random.Next(255));
                break;
            case 5 when messages.Count > 0:
                messages[at] = Bytes(messages[at]);
                break;
            default:
                var length = random.Next(40);
                messages.Insert(at, [MessageTypes[random.Next(MessageTypes.Length)], 0, 0, (byte)length, .. RandomBytes(length)]);
                break;
        }
    }

    /// <summary>Bytes of which some are others, more or fewer.</summary>
    public byte[] Bytes(byte[] bytes)
    {
        var at = random.Next(bytes.Length + 1);
        var end = Math.Min(bytes.Length, at + 1 + random.Next(OneIn(4) ? 400 : 8));
        return random.Next(6) switch
        {
            0 => bytes[..at],
            1 => [.. bytes[..at], .. bytes[end..]],
            2 => [.. bytes[..end], .. bytes[at..]],
            3 => [.. bytes[..at], .. RandomBytes(1 + random.Next(8)), .. bytes[at..]],
            4 => [.. bytes[..at], .. RandomBytes(end - at), .. bytes[end..]],
            _ => [.. bytes[..at], .. bytes[at..end].Select(each => (byte)(each ^ (1 << random.Next(8)))), .. bytes[end..]],
        };
    }

    private void Change(Piece root)
    {
        var all = root.All.ToList();
        var piece = all[random.Next(all.Count)];
        var parts = piece.Parts;
        switch (random.Next(8))
        {
            case 0 when parts.Count > 0:
                parts.RemoveAt(random.Next(parts.Count));
                break;
            case 1 when parts.Count > 0:
                parts.Insert(random.Next(parts.Count + 1), parts[random.Next(parts.Count)]);
                break;
            case 2 when parts.Count > 1:
                parts.Reverse(random.Next(parts.Count - 1), 2);
                break;
            case 3 when piece.LengthBytes > 0:
                piece.Lie = OneIn(2) ? random.Next(-3, 4) : random.Next(-70_000, 70_000);
                break;
            case 4 when piece.LengthBytes == 2:
                var extension = new Piece(0);
                var content = new Piece(2) { Bytes = RandomBytes(OneIn(3) ? 0 : random.Next(10)) };
                extension.Parts.AddRange([Piece.Of(Hostile.RawTls13.U16(ExtensionTypes[random.Next(ExtensionTypes.Length)])), content]);
                parts.Insert(random.Next(parts.Count + 1), extension);
                break;
            case 5:
                parts.Clear();
                piece.Bytes = RandomBytes(Lengths[random.Next(Lengths.Length - (piece.LengthBytes == 1 ? 5 : 0))]);
                break;
            case 6:
                parts.Clear();
                piece.Bytes = [];
                break;
            default:
                var bytes = parts.Count > 0 ? [.. parts.SelectMany(part => part.ToBytes())] : piece.Bytes;
                parts.Clear();
                piece.Bytes = Bytes(bytes);
                break;
        }
    }
}
