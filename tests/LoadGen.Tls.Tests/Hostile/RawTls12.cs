using System.Security.Cryptography;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Security;

namespace LoadGen.Tls.Tests.Hostile;

/// <summary>The messages of a TLS 1.2 server up to ServerHelloDone (RFC 5246 section 7.4), with ECDHE_ECDSA on x25519.</summary>
internal sealed class RawTls12(RawTls13 tls)
{
    public const ushort Suite = 0xc02b;

    private readonly byte[] _random = RandomNumberGenerator.GetBytes(32);

    /// <summary>All of them in one record.</summary>
    public byte[] Flight(byte[]? hello = null, Func<RawTls12, byte[]>? keyExchange = null)
        => RawTls13.Record(RawTls13.Handshake, [.. hello ?? ServerHello(), .. Certificate(), .. keyExchange?.Invoke(this) ?? KeyExchange(), .. Done()]);

    public byte[] ServerHello(ushort version = 0x0303, byte[]? marker = null, ushort suite = Suite, byte compression = 0, byte[]? extensions = null)
    {
        marker?.CopyTo(_random, 24);
        // An empty renegotiation_info (RFC 5746 section 3.6) and the extended master secret (RFC 7627).
        var more = extensions ?? [.. RawTls13.Extension(0xff01, [0]), .. RawTls13.Extension(23, [])];
        return tls.Message(2, [.. RawTls13.U16(version), .. _random, 0, .. RawTls13.U16(suite), compression, .. RawTls13.U16(more.Length), .. more]);
    }

    public byte[] Certificate(byte[]? der = null)
    {
        var leaf = der ?? tls.Certificate;
        return tls.Message(11, [.. RawTls13.U24(leaf.Length + 3), .. RawTls13.U24(leaf.Length), .. leaf]);
    }

    public byte[] KeyExchange(ushort group = 29, ushort scheme = 0x0403, byte spoil = 0)
    {
        byte[] parameters = [3, .. RawTls13.U16(group), 32, .. new X25519PrivateKeyParameters(new SecureRandom()).GeneratePublicKey().GetEncoded()];
        byte[] content = [.. tls.ClientRandom, .. _random, .. parameters];
        content[^1] ^= spoil;
        var signature = tls.Sign(content);
        return tls.Message(12, [.. parameters, .. RawTls13.U16(scheme), .. RawTls13.U16(signature.Length), .. signature]);
    }

    public byte[] Done() => tls.Message(14, []);
}
