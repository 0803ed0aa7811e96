using System.Buffers.Binary;
using LoadGen.Tls.Offers;
using Org.BouncyCastle.Tls;

namespace LoadGen.Tls.BouncyCastle;

/// <summary>
/// Reads the group and the signature scheme of ServerKeyExchange (RFC 5246 section 7.4.3, RFC 8422 section 5.4), which BouncyCastle
/// does not pass on; each <see langword="null"/> if there is none.
/// </summary>
internal static class ServerKeyExchangeReader
{
    public static (TlsGroup? Group, TlsSignatureScheme? Scheme) Read(ReadOnlySpan<byte> message, int keyExchange) => keyExchange switch
    {
        KeyExchangeAlgorithm.ECDHE_ECDSA or KeyExchangeAlgorithm.ECDHE_RSA => ReadEcdhe(message),
        KeyExchangeAlgorithm.DHE_RSA => ReadDhe(message),
        _ => (null, null),
    };

    private static (TlsGroup? Group, TlsSignatureScheme? Scheme) ReadEcdhe(ReadOnlySpan<byte> message)
    {
        const int Head = 4;
        if (message.Length < Head || message[0] != ECCurveType.named_curve)
        {
            return (null, null);
        }

        return ((TlsGroup)BinaryPrimitives.ReadUInt16BigEndian(message[1..]), ReadScheme(message[Head..], message[Head - 1]));
    }

    private static (TlsGroup? Group, TlsSignatureScheme? Scheme) ReadDhe(ReadOnlySpan<byte> message)
    {
        var rest = message;
        var prime = TakeVector(ref rest);
        TakeVector(ref rest);
        TakeVector(ref rest);
        return (FiniteFieldOf(prime), ReadScheme(rest, 0));
    }

    // All primes of RFC 7919 begin with the same 128 bits; the length tells them apart (appendix A).
    private static TlsGroup? FiniteFieldOf(ReadOnlySpan<byte> prime) => prime.StartsWith(FfdheStart) ? prime.Length switch
    {
        256 => TlsGroup.ffdhe2048,
        384 => TlsGroup.ffdhe3072,
        512 => TlsGroup.ffdhe4096,
        768 => TlsGroup.ffdhe6144,
        1024 => TlsGroup.ffdhe8192,
        _ => null,
    } : null;

    private static ReadOnlySpan<byte> FfdheStart => [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xad, 0xf8, 0x54, 0x58, 0xa2, 0xbb, 0x4a, 0x9a];

    private static TlsSignatureScheme? ReadScheme(ReadOnlySpan<byte> rest, int skip)
        => rest.Length >= skip + 2 ? (TlsSignatureScheme)BinaryPrimitives.ReadUInt16BigEndian(rest[skip..]) : null;

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

/// <summary>Reads of a TLS 1.3 ServerHello what BouncyCastle does not look at.</summary>
internal static class ServerHelloReader
{
    /// <summary>Refuses extensions that no ServerHello can answer with (RFC 8446 section 4.2); BouncyCastle lets those pass that it does not know.</summary>
    /// <param name="hello">Its body, whose form has been checked.</param>
    /// <exception cref="TlsFatalAlert">It has one.</exception>
    public static void RequireOfferedExtensions(ReadOnlySpan<byte> hello)
    {
        // Version, random, session id, suite, compression; then the length of all extensions.
        var rest = hello[(2 + 32 + 1 + hello[34] + 2 + 1 + 2)..];
        while (rest.Length >= 4)
        {
            var type = BinaryPrimitives.ReadUInt16BigEndian(rest);
            if (type is not (ExtensionType.pre_shared_key or ExtensionType.supported_versions or ExtensionType.key_share))
            {
                throw new TlsFatalAlert(AlertDescription.unsupported_extension, $"extension {type} in ServerHello was not offered");
            }

            rest = rest[(4 + BinaryPrimitives.ReadUInt16BigEndian(rest[2..]))..];
        }
    }
}
