using System.Buffers.Binary;
using Org.BouncyCastle.Tls;

namespace LoadGen.Tls.BouncyCastle;

/// <summary>
/// Reads from ServerKeyExchange (RFC 5246 section 7.4.3, RFC 8422 section 5.4) what BouncyCastle does not pass on: the group
/// and the scheme of the signature, each -1 where there is none.
/// </summary>
internal static class ServerKeyExchangeReader
{
    public static (int Group, int Scheme) Read(ReadOnlySpan<byte> message, int keyExchange) => keyExchange switch
    {
        KeyExchangeAlgorithm.ECDHE_ECDSA or KeyExchangeAlgorithm.ECDHE_RSA => ReadEcdhe(message),
        KeyExchangeAlgorithm.DHE_RSA => ReadDhe(message),
        _ => (-1, -1),
    };

    private static (int Group, int Scheme) ReadEcdhe(ReadOnlySpan<byte> message)
    {
        const int Head = 4;
        if (message.Length < Head || message[0] != ECCurveType.named_curve)
        {
            return (-1, -1);
        }

        return (BinaryPrimitives.ReadUInt16BigEndian(message[1..]), ReadScheme(message[Head..], message[Head - 1]));
    }

    private static (int Group, int Scheme) ReadDhe(ReadOnlySpan<byte> message)
    {
        var rest = message;
        var prime = TakeVector(ref rest);
        TakeVector(ref rest);
        TakeVector(ref rest);
        return (FiniteFieldOf(prime), ReadScheme(rest, 0));
    }

    // RFC 7919: a group of a given length is recognised by its second 64 bits, the first being all ones.
    private static int FiniteFieldOf(ReadOnlySpan<byte> prime) => prime.StartsWith(FfdheStart) ? prime.Length switch
    {
        256 => NamedGroup.ffdhe2048,
        384 => NamedGroup.ffdhe3072,
        512 => NamedGroup.ffdhe4096,
        768 => NamedGroup.ffdhe6144,
        1024 => NamedGroup.ffdhe8192,
        _ => -1,
    } : -1;

    private static ReadOnlySpan<byte> FfdheStart => [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xad, 0xf8, 0x54, 0x58, 0xa2, 0xbb, 0x4a, 0x9a];

    private static int ReadScheme(ReadOnlySpan<byte> rest, int skip)
        => rest.Length >= skip + 2 ? BinaryPrimitives.ReadUInt16BigEndian(rest[skip..]) : -1;

    private static ReadOnlySpan<byte> TakeVector(ref ReadOnlySpan<byte> rest)
    {
        if (rest.Length < 2 || rest.Length < 2 + BinaryPrimitives.ReadUInt16BigEndian(rest))
        {
            rest = [];
            return [];
        }

        var vector = rest.Slice(2, BinaryPrimitives.ReadUInt16BigEndian(rest));
        rest = rest[(2 + vector.Length)..];
        return vector;
    }
}
