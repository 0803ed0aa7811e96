using System.Buffers.Binary;
using System.Text;

namespace LoadGen.EndToEnd.Tests;

/// <summary>
/// Frames of Akka.Remote written by hand, to say to a node what no node of ours would say. A frame is a length in four bytes,
/// little-endian, and an AkkaProtocolMessage (WireFormats.proto of Akka.NET).
/// </summary>
internal static class AkkaFrames
{
    private const int JsonSerializer = 1;
    private const int MiscSerializer = 16;

    /// <summary>The first frame of a connection; whoever takes the sender for a node answers with the like of it.</summary>
    public static byte[] Associate(string protocol, string system)
    {
        byte[] origin = [.. Text(1, system), .. Text(2, "127.0.0.1"), .. Number(3, 1), .. Text(4, protocol)];
        byte[] uid = [(2 << 3) | 1, .. BitConverter.GetBytes(20_260_101L)];
        byte[] handshake = [.. Bytes(1, origin), .. uid];
        return Frame(Bytes(2, [.. Number(1, 1), .. Bytes(2, handshake)]));
    }

    /// <summary>A message that Akka's JSON serializer would read.</summary>
    public static byte[] Json(string recipient, string json, string type) => Message(recipient, Encoding.UTF8.GetBytes(json), JsonSerializer, type);

    /// <summary>The message that stops any actor.</summary>
    public static byte[] PoisonPill(string recipient) => Message(recipient, [], MiscSerializer, "PP");

    private static byte[] Message(string recipient, byte[] message, int serializer, string manifest)
    {
        byte[] payload = [.. Bytes(1, message), .. Number(2, serializer), .. Text(3, manifest)];
        byte[] seq = [(5 << 3) | 1, .. Enumerable.Repeat((byte)0xff, 8)];
        byte[] envelope = [.. Bytes(1, Text(1, recipient)), .. Bytes(2, payload), .. seq];
        return Frame(Bytes(1, Bytes(2, envelope)));
    }

    private static byte[] Frame(byte[] message)
    {
        var length = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, message.Length);
        return [.. length, .. message];
    }

    private static byte[] Text(int field, string text) => Bytes(field, Encoding.UTF8.GetBytes(text));

    private static byte[] Bytes(int field, byte[] value) => [(byte)((field << 3) | 2), .. VarInt(value.Length), .. value];

    private static byte[] Number(int field, int value) => [(byte)(field << 3), .. VarInt(value)];

    private static byte[] VarInt(int value) => value < 0x80 ? [(byte)value] : [(byte)(value | 0x80), .. VarInt(value >> 7)];
}
